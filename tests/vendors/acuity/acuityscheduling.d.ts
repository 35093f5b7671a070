/** The vendor's library comes without types; only what the tests use of it. */
declare module 'acuityscheduling' {
  const library: {
    /** Throws when the signature is not of these bytes. */
    verifyMessageSignature(secret: string, body: Uint8Array, signature: string): void;
  };
  export default library;
}
