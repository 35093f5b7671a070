import { WebSocketServer, type WebSocket } from 'ws';

/**
 * The peer: a server of plain `ws` that knows no record, no order and no sign-in, and sends given bytes to the members of
 * a group. What it takes is what the sockets themselves cost on this machine.
 */
const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
const groups = new Map<number, Set<WebSocket>>();

server.on('connection', (socket, request) => {
  const group = Number(new URL(request.url ?? '/', 'http://x').searchParams.get('group'));
  const own = groups.get(group) ?? new Set();
  groups.set(group, own.add(socket));
  socket.on('close', () => own.delete(socket));
});
server.on('listening', () => {
  const address = server.address();
  if (typeof address === 'object' && address !== null) process.send?.({ port: address.port });
});

process.on('message', ({ group, text }: { group: number; text: string }) => {
  for (const socket of groups.get(group) ?? []) socket.send(text);
});

// Whoever asked for the load is gone: nobody is left to report to.
process.on('disconnect', () => process.exit(0));
