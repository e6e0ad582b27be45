/** They write files where the caller says: for the command line, never for a window. */
export const WRITES_FILES: readonly string[] = ['person.export', 'mirror.backup'];
