import './unprofiled.ts';
import '../../../renderer/zodConfig.ts';
import { WALL_HASH } from '../../../core/contract/windows.ts';
import { mountConsole } from '../../../renderer/app/mount.tsx';
import { mountWall } from '../../../renderer/wall/mount.tsx';
import { sceneBackend, SCENES } from './scene.ts';

const query = new URLSearchParams(location.search);
const scene = SCENES.find((name) => name === query.get('scene')) ?? 'day';
const theme = query.get('theme') === 'dark' ? 'dark' : 'light';
const { backend, harness } = sceneBackend(scene, theme, query.get('home') === 'browser' ? 'browser' : 'desktop');
window.harness = harness;
const root = document.getElementById('root');
if (!root) throw new Error('the harness page has no #root');
void (location.hash === WALL_HASH ? mountWall(root, backend) : mountConsole(root, backend));
