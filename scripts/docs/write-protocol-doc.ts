import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withReference } from './protocol-doc.ts';

const file = join(import.meta.dirname, '..', '..', 'docs', 'protocol.md');
writeFileSync(file, withReference(readFileSync(file, 'utf8')));
