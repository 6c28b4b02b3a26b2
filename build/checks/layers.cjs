// The arrows between the layers, from ARCHITECTURE.md: what is not allowed here may not be imported.
const engine = 'electron/engine'
/** Layers of the engine, each with what it may import besides itself and shared/. */
const mayImport = {
  store: [],
  apiserver: ['store'],
  client: ['apiserver', 'store'],
  controller: ['client', 'apiserver', 'store'],
  controllers: ['controller', 'client'],
  scheduler: ['controller', 'client'],
  'scheduler-config': ['scheduler', 'apiserver'],
  autoscaler: ['controller', 'client'],
  kubelet: ['controller', 'client'],
  network: ['controller', 'client'],
  metrics: ['controller', 'client'],
  docker: [],
}
/** Contracts: types without code that the layer on the other side implements or carries. */
const contracts = {
  'apiserver/pod-streams': 'exec, attach, port-forward and logs: the kubelet offers them, the API server carries them',
  'kubelet/pod-runtime': 'what runs pods: implemented on Docker, used by the kubelet',
  'network/cluster-network': 'the addresses that pods get: given by the network, asked for by the kubelet',
  'network/policy/pod-rules': 'what NetworkPolicies come to for one pod: planned by the network, laid down on Docker',
  'network/network-engine': 'what the network needs of the engine: implemented on Docker',
}
const contractFiles = Object.keys(contracts).map((name) => `^${engine}/${name}\\.ts$`)

const layerRules = Object.entries(mayImport).map(([layer, others]) => ({
  name: `engine-${layer}`,
  comment: `${layer} may import ${['shared', ...others].join(', ')}, contracts, and nothing else of ours`,
  severity: 'error',
  from: { path: `^${engine}/${layer}/`, pathNot: '\\.test\\.ts$|/testing/' },
  to: {
    path: '^(shared|electron|renderer|build|test)/',
    pathNot: ['^shared/', ...[layer, ...others].map((name) => `^${engine}/${name}/`), ...contractFiles],
  },
}))

module.exports = {
  forbidden: [
    ...layerRules,
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'shared-stands-alone',
      severity: 'error',
      from: { path: '^shared/', pathNot: '\\.test\\.ts$' },
      to: { path: '^(electron|renderer|build|test)/' },
    },
    {
      name: 'renderer-imports-shared-only',
      severity: 'error',
      from: { path: '^renderer/', pathNot: '\\.test\\.tsx?$' },
      to: { path: '^(electron|build|test)/' },
    },
    {
      name: 'renderer-has-no-node',
      severity: 'error',
      from: { path: '^renderer/', pathNot: '\\.test\\.tsx?$' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'engine-knows-no-app',
      severity: 'error',
      from: { path: `^${engine}/`, pathNot: '\\.test\\.ts$' },
      to: { path: '^electron/(ipc|shell|cli|[^/]+\\.ts$)' },
    },
    {
      name: 'ipc-is-below-shell-and-cli',
      severity: 'error',
      from: { path: '^electron/ipc/', pathNot: '\\.test\\.ts$' },
      to: { path: '^electron/(shell|cli)/' },
    },
    {
      name: 'only-docker-imports-dockerode',
      severity: 'error',
      from: { path: '^(shared|electron|renderer)/', pathNot: `^${engine}/docker/` },
      to: { path: 'node_modules/(@types/)?dockerode/' },
    },
    {
      name: 'only-shell-imports-electron',
      severity: 'error',
      from: { path: '^(shared|electron|renderer)/', pathNot: '^electron/(shell/|main\\.ts$|preload\\.ts$)' },
      to: { path: 'node_modules/electron/' },
    },
    {
      name: 'product-imports-no-tests',
      severity: 'error',
      from: { path: '^(shared|electron|renderer)/', pathNot: '\\.test\\.tsx?$' },
      to: { path: '^(test|build)/|\\.test\\.tsx?$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|test/fixtures|shared/api/types)/' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.json'] },
  },
}
