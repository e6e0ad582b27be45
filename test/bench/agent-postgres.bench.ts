// needs: build
import { measureAgentOn } from './parts/agent-measures.ts';

await measureAgentOn('postgres');
