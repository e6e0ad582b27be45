import { config } from 'zod';

// Before any schema is made: zod would otherwise try whether it may evaluate text, which the page's policy forbids.
config({ jitless: true });
