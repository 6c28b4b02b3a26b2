import { describe, expect, it } from 'vitest'
import type { KubeObject } from '../../../../shared/api/object.ts'
import { errorText } from '../machinery/field-error.ts'
import { objectStrategies } from './object-strategies.ts'
import type { StrategyContext } from './strategy.ts'

const context: StrategyContext = {
  now: '2030-01-01T00:00:00Z',
  namespace: 'shop',
  groupVersion: 'v1',
  user: { name: 'someone', groups: [] },
  warn: () => {},
}

/** What is wrong with a new object, after defaulting, one readable text per cause. */
function wrong(apiVersion: string, kind: string, body: object): string[] {
  const strategy = objectStrategies[`${apiVersion}/${kind}`] ?? {}
  const object = {
    apiVersion,
    kind,
    metadata: { name: 'x', namespace: 'shop' },
    ...structuredClone(body),
  } as KubeObject
  strategy.defaults?.(object)
  return (strategy.validate?.(object, context) ?? []).map(errorText)
}

type Rule = readonly [what: string, apiVersion: string, kind: string, body: object, causes: readonly string[]]

const DNS_1035 =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')"

const RULES: readonly Rule[] = [
  [
    'a definition that would take a group of the system, without saying what its objects are',
    'apiextensions.k8s.io/v1',
    'CustomResourceDefinition',
    {
      metadata: { name: 'pods.apps' },
      spec: {
        group: 'apps',
        scope: 'Everywhere',
        names: { plural: 'pods', kind: 'Pod' },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { properties: { a: {} } } } }],
      },
      status: { storedVersions: ['v1'] },
    },
    [
      'spec.group: Invalid value: "apps": should be a domain with at least one dot',
      'spec.scope: Unsupported value: "Everywhere": supported values: "Cluster", "Namespaced"',
      'spec.validation.openAPIV3Schema.type: Required value: must not be empty at the root',
      'spec.validation.openAPIV3Schema.properties[a].type: Required value: must not be empty for specified object fields',
    ],
  ],
  [
    'a local volume that any node could claim, and a second source',
    'v1',
    'PersistentVolume',
    { spec: { capacity: { storage: '-1' }, local: { path: '/disk/../x' }, csi: { driver: 'csi.example.com' } } },
    [
      'spec.accessModes: Required value',
      'spec.capacity[storage]: Invalid value: -1: must be a valid resource quantity',
      'spec.capacity[storage]: Invalid value: "-1": must be greater than zero',
      'spec.local.path: Invalid value: "/disk/../x": must not contain \'..\'',
      'spec.nodeAffinity: Required value: Local volume requires node affinity',
      'spec.csi: Forbidden: may not specify more than 1 volume type',
    ],
  ],
  [
    'a ConfigMap whose key is in both bags',
    'v1',
    'ConfigMap',
    { data: { a: 'x' }, binaryData: { a: 'eA==' } },
    ['data[a]: Invalid value: "a": duplicate of key present in binaryData'],
  ],
  [
    'a TLS Secret without its key',
    'v1',
    'Secret',
    { type: 'kubernetes.io/tls', data: { 'tls.crt': '' } },
    ['data[tls.key]: Required value'],
  ],
  [
    'a docker Secret that is no JSON',
    'v1',
    'Secret',
    { type: 'kubernetes.io/dockercfg', data: { '.dockercfg': 'eA==' } },
    [
      'data[.dockercfg]: Invalid value: "<secret contents redacted>": invalid character \'x\' looking for beginning of value',
    ],
  ],
  [
    'ports with one name and one number',
    'v1',
    'Service',
    {
      spec: {
        ports: [
          { name: 'a', port: 80 },
          { name: 'a', port: 80 },
        ],
      },
    },
    [
      'spec.ports[1].name: Duplicate value: "a"',
      'spec.ports[1]: Duplicate value: {"Name":"","Protocol":"TCP","AppProtocol":null,"Port":80,"TargetPort":0,"NodePort":0}',
    ],
  ],
  [
    'a node port of a ClusterIP Service',
    'v1',
    'Service',
    { spec: { ports: [{ port: 80, nodePort: 30001 }] } },
    ["spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"],
  ],
  [
    'an ExternalName Service without a name',
    'v1',
    'Service',
    { spec: { type: 'ExternalName' } },
    ['spec.externalName: Required value'],
  ],
  [
    'special external addresses',
    'v1',
    'Service',
    { spec: { ports: [{ port: 80 }], externalIPs: ['127.0.0.1', '010.1.1.1'] } },
    [
      'spec.externalIPs[0]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
      'spec.externalIPs[1]: Invalid value: "010.1.1.1": must not have leading 0s',
    ],
  ],
  [
    'taints that are equal but for their value',
    'v1',
    'Node',
    {
      spec: {
        taints: [
          { key: 'a', effect: 'NoSchedule' },
          { key: 'a', value: 'b', effect: 'NoSchedule' },
        ],
      },
    },
    [
      'metadata.taints[1]: Duplicate value: {"Key":"a","Value":"b","Effect":"NoSchedule","TimeAdded":null}: taints must be unique by key and effect pair',
    ],
  ],
  [
    'half a pod in a node',
    'v1',
    'Node',
    { status: { capacity: { pods: '500m' }, allocatable: {} } },
    ['status.capacity.pods: Invalid value: "500m": must be an integer'],
  ],
  [
    'a rule without anything',
    'rbac.authorization.k8s.io/v1',
    'Role',
    { rules: [{}] },
    [
      'rules[0].verbs: Required value: verbs must contain at least one value',
      'rules[0].apiGroups: Required value: resource rules must supply at least one api group',
      'rules[0].resources: Required value: resource rules must supply at least one resource',
    ],
  ],
  [
    'a binding to what is no role',
    'rbac.authorization.k8s.io/v1',
    'ClusterRoleBinding',
    {
      roleRef: { kind: 'Role', name: 'a/b' },
      subjects: [{ kind: 'ServiceAccount', name: 'x' }],
    },
    [
      'roleRef.kind: Unsupported value: "Role": supported values: "ClusterRole"',
      'roleRef.name: Invalid value: "a/b": may not contain \'/\'',
      'subjects[0].namespace: Required value',
    ],
  ],
  [
    'a level of pod security that does not exist',
    'v1',
    'Namespace',
    {
      metadata: { name: 'x', labels: { 'pod-security.kubernetes.io/warn': 'strict' } },
    },
    [
      'metadata.labels[pod-security.kubernetes.io/warn]: Invalid value: "strict": must be one of privileged, baseline, restricted',
    ],
  ],
  [
    'a range with host bits',
    'networking.k8s.io/v1',
    'NetworkPolicy',
    {
      spec: { podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.1/8' } }] }] },
    },
    [
      'spec.ingress[0].from[0].ipBlock.cidr: Invalid value: "10.0.0.1/8": must not have bits set beyond the prefix length',
    ],
  ],
  [
    'a backend without a port',
    'networking.k8s.io/v1',
    'Ingress',
    { spec: { defaultBackend: { service: { name: 'web' } } } },
    ['spec.defaultBackend: Required value: port name or number is required'],
  ],
  [
    'a request above its limit',
    'v1',
    'LimitRange',
    {
      spec: { limits: [{ type: 'Container', default: { cpu: '1' }, defaultRequest: { cpu: '2' } }] },
    },
    [
      'spec.limits[0].defaultRequest[cpu]: Invalid value: "2": default request value 2 is greater than default limit value 1',
    ],
  ],
  [
    'scopes that exclude one another',
    'v1',
    'ResourceQuota',
    {
      spec: { hard: { pods: '1' }, scopes: ['BestEffort', 'NotBestEffort'] },
    },
    ['spec.scopes: Invalid value: ["BestEffort","NotBestEffort"]: conflicting scopes'],
  ],
  [
    'more than all pods',
    'policy/v1',
    'PodDisruptionBudget',
    { spec: { minAvailable: '101%' } },
    ['spec.minAvailable: Invalid value: "101%": must not be greater than 100%'],
  ],
  [
    'fewer replicas at most than at least',
    'autoscaling/v2',
    'HorizontalPodAutoscaler',
    {
      spec: { minReplicas: 3, maxReplicas: 2, scaleTargetRef: { kind: 'Deployment', name: 'web' } },
    },
    [
      'spec.maxReplicas: Invalid value: 2: must be greater than or equal to `minReplicas`',
      'spec.scaleTargetRef.apiVersion: Invalid value: "": apiVersion must specify API group',
    ],
  ],
  [
    'a webhook that cannot be told apart, reached or trusted not to act in a dry run',
    'admissionregistration.k8s.io/v1',
    'ValidatingWebhookConfiguration',
    {
      webhooks: [
        {
          name: 'hook.example.com',
          sideEffects: 'Some',
          admissionReviewVersions: ['v9'],
          clientConfig: { url: 'http://user@x.example.com/?a=b#c' },
          rules: [
            { operations: ['*', 'CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods/*', 'pods/exec'] },
          ],
        },
        {
          name: 'hook.example.com',
          sideEffects: 'None',
          admissionReviewVersions: ['v1'],
          clientConfig: { service: { namespace: '', name: 's', path: 'x//y' } },
          matchConditions: [{ name: 'a', expression: ' ' }],
        },
      ],
    },
    [
      'webhooks[0].rules[0].operations: Invalid value: ["*","CREATE"]: if \'*\' is present, must not specify other operations',
      'webhooks[0].rules[0].resources[1]: Invalid value: "pods/exec": if \'pods/*\' is present, must not specify pods/exec',
      'webhooks[0].sideEffects: Unsupported value: "Some": supported values: "None", "NoneOnDryRun"',
      'webhooks[0].clientConfig.url: Invalid value: "http": \'https\' is the only allowed URL scheme; desired format: https://host[/path]',
      'webhooks[0].clientConfig.url: Invalid value: "user": user information is not permitted in the URL',
      'webhooks[0].clientConfig.url: Invalid value: "c": fragments are not permitted in the URL',
      'webhooks[0].clientConfig.url: Invalid value: "a=b": query parameters are not permitted in the URL',
      'webhooks[0].admissionReviewVersions: Invalid value: ["v9"]: must include at least one of v1, v1beta1',
      'webhooks[1].clientConfig.service.name: Required value',
      'webhooks[1].clientConfig.service.path: Invalid value: "x//y": must start with a \'/\'',
      'webhooks[1].clientConfig.service.path: Invalid value: "x//y": segment[0] may not be empty',
      'webhooks[1].clientConfig.service.path: Invalid value: "x//y": segment[1] may not be empty',
      'webhooks[1].matchConditions[0].expression: Required value',
      'webhooks[1].name: Duplicate value: "hook.example.com"',
    ],
  ],
  [
    'a policy without constraints, whose validations say nothing',
    'admissionregistration.k8s.io/v1',
    'ValidatingAdmissionPolicy',
    {
      spec: {
        paramKind: { apiVersion: 'a/b/c', kind: 'x/y' },
        variables: [{ name: 'in', expression: '1' }],
        validations: [{ expression: '', message: 'a\nb', reason: 'Because' }],
        auditAnnotations: [{ key: 'k', valueExpression: "'v'" }],
      },
    },
    [
      'spec.paramKind.apiVersion: Invalid value: "a/b/c": unexpected GroupVersion string: a/b/c',
      `spec.paramKind.kind: Invalid value: "x/y": may have mixed case, but should otherwise match: ${DNS_1035}`,
      'spec.matchConstraints: Required value',
      'spec.variables[0].name: Invalid value: "in": name is not a valid CEL identifier',
      'spec.validations[0].expression: Required value: expression is not specified',
      'spec.validations[0].message: Invalid value: "a\\nb": message must not contain line breaks',
      'spec.validations[0].reason: Unsupported value: "Because": supported values: "Forbidden", "Invalid", "RequestEntityTooLarge"',
    ],
  ],
  [
    'a mutation that says two things, of what is deleted',
    'admissionregistration.k8s.io/v1',
    'MutatingAdmissionPolicy',
    {
      spec: {
        matchConstraints: {
          resourceRules: [{ operations: ['DELETE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] }],
        },
        mutations: [{ patchType: 'JSONPatch', applyConfiguration: { expression: '1' } }],
      },
    },
    [
      'spec.matchConstraints.resourceRules.operations: Unsupported value: "DELETE": supported values: "*", "CONNECT", "CREATE", "UPDATE"',
      'spec.mutations[0].applyConfiguration: Invalid value: "{applyConfiguration}": must not be specified when patchType is JSONPatch',
      'spec.mutations[0].jsonPatch: Required value: must be specified when patchType is JSONPatch',
      'spec.reinvocationPolicy: Required value',
    ],
  ],
  [
    'a binding to no policy that denies and warns',
    'admissionregistration.k8s.io/v1',
    'ValidatingAdmissionPolicyBinding',
    { spec: { validationActions: ['Deny', 'Warn'], paramRef: { name: 'x', selector: {} } } },
    [
      'spec.policyName: Required value',
      'spec.paramRef.name: Forbidden: name and selector are mutually exclusive',
      'spec.paramRef.selector: Forbidden: name and selector are mutually exclusive',
      'spec.paramRef.parameterNotFoundAction: Required value',
      'spec.validationActions: Invalid value: ["Deny","Warn"]: must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)',
    ],
  ],
  [
    'an API service whose name does not say what it serves',
    'apiregistration.k8s.io/v1',
    'APIService',
    {
      metadata: { name: 'v2.example.com' },
      spec: {
        group: 'example.com',
        version: 'v1',
        groupPriorityMinimum: 0,
        versionPriority: 5,
        insecureSkipTLSVerify: true,
        caBundle: 'Zm9v',
        service: { name: 's' },
      },
    },
    [
      'metadata.name: Invalid value: "v2.example.com": must be `spec.version+"."+spec.group`: "v1.example.com"',
      'spec.groupPriorityMinimum: Invalid value: 0: must be positive and less than 20000',
      'spec.service.namespace: Required value',
      'spec.insecureSkipTLSVerify: Invalid value: true: may not be true if caBundle is present',
    ],
  ],
  [
    'a signing request that is none, for a signer without a domain',
    'certificates.k8s.io/v1',
    'CertificateSigningRequest',
    { spec: { request: 'Zm9v', signerName: 'me/x', usages: ['client auth', 'client auth'], expirationSeconds: 5 } },
    [
      'spec.request: Invalid value: "Zm9v": PEM block type must be CERTIFICATE REQUEST',
      'spec.usages[1]: Duplicate value: "client auth"',
      'spec.signerName: Invalid value: "me": should be a domain with at least two segments separated by dots',
      'spec.expirationSeconds: Invalid value: 5: may not specify a duration less than 600 seconds (10 minutes)',
    ],
  ],
  [
    'an attachment of a volume that a pod brings itself, and of another',
    'storage.k8s.io/v1',
    'VolumeAttachment',
    {
      spec: {
        attacher: '',
        nodeName: 'n1',
        source: {
          persistentVolumeName: 'pv',
          inlineVolumeSpec: {
            accessModes: ['ReadWriteOnce'],
            capacity: { storage: '1Gi' },
            nfs: { server: 's', path: '/' },
          },
        },
      },
    },
    [
      'spec.attacher: Required value',
      'spec.source: Forbidden: must specify exactly one of inlineVolumeSpec and persistentVolumeName',
      'spec.source.inlineVolumeSpec.capacity: Forbidden: may not be specified in the context of inline volumes',
      'spec.source.inlineVolumeSpec.csi: Required value: has to be specified in the context of inline volumes',
    ],
  ],
  [
    'a priority level that deals more hands than a hash has bits',
    'flowcontrol.apiserver.k8s.io/v1',
    'PriorityLevelConfiguration',
    {
      spec: {
        type: 'Limited',
        limited: { lendablePercent: 101, limitResponse: { type: 'Queue', queuing: { queues: 10_000, handSize: 5 } } },
      },
    },
    [
      'spec.limited.lendablePercent: Invalid value: 101: must be between 0 and 100, inclusive',
      'spec.limited.limitResponse.queuing.handSize: Invalid value: 5: required entropy bits of deckSize 10000 and handSize 5 should not be greater than 60',
    ],
  ],
  [
    'a flow of someone who is two, to everything and more',
    'flowcontrol.apiserver.k8s.io/v1',
    'FlowSchema',
    {
      spec: {
        priorityLevelConfiguration: { name: 'global-default' },
        matchingPrecedence: 1,
        rules: [
          {
            subjects: [{ kind: 'User', user: { name: 'ann' }, group: { name: 'dev' } }],
            resourceRules: [{ verbs: ['get'], apiGroups: ['*', 'apps'], resources: ['pods'] }],
            nonResourceRules: [{ verbs: ['look'], nonResourceURLs: ['/a*'] }],
          },
        ],
      },
    },
    [
      "spec.matchingPrecedence: Invalid value: 1: only the schema named 'exempt' may have matchingPrecedence 1",
      "spec.rules[0].subjects[0].group: Forbidden: group is forbidden when subject kind is not 'Group'",
      'spec.rules[0].resourceRules[0].apiGroups: Invalid value: ["*","apps"]: if \'*\' is present, must not specify other api groups',
      'spec.rules[0].resourceRules[0].namespaces: Required value: resource rules that are not cluster scoped must supply at least one namespace',
      'spec.rules[0].nonResourceRules[0].verbs: Unsupported value: ["look"]: supported values: "create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch"',
      'spec.rules[0].nonResourceRules[0].nonResourceURLs[0]: Invalid value: "/a*": wildcard can only do suffix matching',
    ],
  ],
  [
    'a claim of devices that nobody asked for',
    'resource.k8s.io/v1',
    'ResourceClaim',
    {
      spec: {
        devices: {
          requests: [
            { name: 'r', exactly: { deviceClassName: 'gpu.example.com', allocationMode: 'All', count: 2 } },
            { name: 'r', firstAvailable: [{ name: 'a.b', deviceClassName: '' }] },
          ],
          constraints: [{ requests: ['x/y/z'], matchAttribute: 'model' }],
          config: [{ opaque: { driver: 'gpu.example.com', parameters: 'text' } }],
        },
      },
    },
    [
      "spec.devices.requests[0].exactly.count: Invalid value: 2: must not be specified when allocationMode is 'All'",
      'spec.devices.requests[1].firstAvailable[0].name: Invalid value: "a.b": must not contain dots',
      'spec.devices.requests[1].firstAvailable[0].deviceClassName: Required value',
      'spec.devices.requests[1]: Duplicate value: "r"',
      'spec.devices.constraints[0].requests[0]: Invalid value: "x/y/z": must be the name of a request in the claim or the name of a request and a subrequest separated by \'/\'',
      'spec.devices.constraints[0].matchAttribute: Invalid value: "model": a fully qualified name must be a domain and a name separated by a slash',
      'spec.devices.config[0].opaque.parameters: Invalid value: "<value omitted>": must be a valid JSON object',
    ],
  ],
  [
    'a slice of devices on no node, one of which is two things',
    'resource.k8s.io/v1',
    'ResourceSlice',
    {
      spec: {
        driver: 'gpu.example.com',
        pool: { name: 'p', generation: 0, resourceSliceCount: 0 },
        devices: [
          {
            name: 'd',
            attributes: { model: { string: 'a', version: '1' } },
            bindingConditions: ['ready'],
            nodeName: 'n',
          },
        ],
      },
    },
    [
      'spec.pool.resourceSliceCount: Invalid value: 0: must be greater than zero',
      'spec: Required value: exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required',
      'spec.devices[0].attributes[model].version: Invalid value: "1": must be a string compatible with semver.org spec 2.0.0',
      'spec.devices[0].attributes[model]: Invalid value: {"IntValue":null,"BoolValue":null,"StringValue":"a","VersionValue":"1","IntValues":null,"BoolValues":null,"StringValues":null,"VersionValues":null}: exactly one value must be specified',
      'spec.devices[0]: Invalid value: null: `nodeName`, `nodeSelector` and `allNodes` can only be set if `perDeviceNodeSelection` is set to true in the ResourceSlice spec',
      'spec.devices[0].bindingFailureConditions: Invalid value: null: bindingFailureConditions are required to use bindingConditions',
    ],
  ],
]

describe('rules of objects', () => {
  it.each(RULES)('%s', (_what, apiVersion, kind, body, causes) => {
    expect(wrong(apiVersion, kind, body)).toEqual(causes)
  })
})
