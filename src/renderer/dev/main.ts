import { installStandIn } from './stand-in.ts';

installStandIn();
await import('../main.tsx');
