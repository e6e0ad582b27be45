import manifest from '../../package.json' with { type: 'json' };

/** Version of the agent, announced in `hello`. */
export const AGENT_VERSION: string = manifest.version;
