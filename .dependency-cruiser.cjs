// The import rules of the layers: "Who may know whom" in docs/architecture.md.
const layers = ['shared', 'geo', 'agent', 'engine', 'cli', 'main', 'preload', 'renderer'];

/** Layer → other layers it may import. */
const mayKnow = {
  shared: [],
  geo: ['shared'],
  agent: ['shared', 'geo'],
  engine: ['shared', 'geo'],
  cli: ['shared', 'engine'],
  main: ['shared'],
  preload: ['shared'],
  renderer: ['shared'],
};

const layerRules = layers.map((layer) => ({
  name: `layer-${layer}`,
  comment: `src/${layer} may know ${['itself', ...mayKnow[layer]].join(', ')} only.`,
  severity: 'error',
  from: { path: `^src/${layer}/` },
  to: { path: '^src/', pathNot: `^src/(?:${[layer, ...mayKnow[layer]].join('|')})/` },
}));

/** What reaches a database or a network, as packages or as parts of Node. */
const outside =
  '(?:^|/)node_modules/(?:better-sqlite3|socket\\.io|socket\\.io-client|ioredis|mysql2|pg|pg-cursor|proxy-agent|undici|ws)/';
const outsideNode = '^(?:node:)?(?:net|http|https|http2|tls|dgram|dns|sqlite|child_process)(?:/|$)';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...layerRules,
    {
      name: 'shared-is-pure',
      comment: 'shared runs in every process: no Node, no Electron, no database, no socket.',
      severity: 'error',
      from: { path: '^src/shared/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'shared-packages',
      comment: 'shared validates with zod and reads addresses with ipaddr.js; it knows no other package.',
      severity: 'error',
      from: { path: '^src/shared/' },
      to: { path: '(?:^|/)node_modules/', pathNot: '(?:^|/)node_modules/(?:zod|ipaddr\\.js)/' },
    },
    {
      name: 'pure-parts',
      comment: 'Detections and geography are functions of their input: no database, no network, no mirror.',
      severity: 'error',
      from: { path: '^src/(?:geo|engine/detect)/' },
      to: { path: [outside, outsideNode, '^src/engine/(?:mirror|connections|ingest|respond)/'] },
    },
    {
      name: 'renderer-has-no-node',
      comment: 'The window is sandboxed: what needs Node or Electron goes through the bridge.',
      severity: 'error',
      from: { path: '^src/renderer/' },
      to: { path: '(?:^|/)node_modules/(?:electron|better-sqlite3|socket\\.io|socket\\.io-client)/' },
    },
    {
      name: 'renderer-has-no-node-core',
      comment: 'The window is sandboxed: what needs Node or Electron goes through the bridge.',
      severity: 'error',
      from: { path: '^src/renderer/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'components-know-neither',
      comment: 'Components get what they show from their views: no stores, no bridge, no views.',
      severity: 'error',
      from: { path: '^src/renderer/components/' },
      to: { path: '^src/renderer/(?:store|bridge|views)/' },
    },
    {
      name: 'views-ask-stores',
      comment: 'Views know stores and components; only stores talk to the bridge.',
      severity: 'error',
      from: { path: '^src/renderer/views/' },
      to: { path: '^src/renderer/bridge/' },
    },
    {
      name: 'stores-know-no-views',
      comment: 'Stores hold state; what shows it depends on them, not the other way round.',
      severity: 'error',
      from: { path: '^src/renderer/store/' },
      to: { path: '^src/renderer/(?:views|components)/' },
    },
    {
      name: 'electron-only-at-the-shell',
      comment: 'The engine, the agent and the command line run in plain Node.',
      severity: 'error',
      from: { path: '^src/(?:shared|geo|agent|engine|cli)/' },
      to: { path: '(?:(?:^|/)node_modules/electron/|^electron$)' },
    },
    {
      name: 'no-tests-in-the-product',
      comment: 'The product does not import tests or scripts.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(?:test|scripts)/' },
    },
    {
      name: 'no-circles',
      comment: 'Modules that need each other are one module, or lack a third.',
      severity: 'error',
      from: { path: '^src/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'resolvable',
      comment: 'An import that cannot be resolved would slip past every other rule.',
      severity: 'error',
      from: { path: '^src/' },
      // Style sheets, Vite's "?raw" imports, and packages that consist of types only (tsc resolves those).
      to: { couldNotResolve: true, pathNot: '\\.css$|\\?|^electron$|^(?:geojson|topojson-specification)$' },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '^out/'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.json'],
    },
  },
};
