import type { Problem } from '#shared/domain/result.ts';

/** Archives are not encrypted, so that an encrypted mirror has none. */
export const archiveProblem = (folder: string): Problem => ({
  code: 'ARCHIVE_NOT_ENCRYPTED',
  message: `What is deleted from this mirror would be archived in ${folder}, and archives are not encrypted.`,
  advice: 'Turn the archive off: “watchfloor retention --archive none”.',
});
