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
]

describe('rules of objects', () => {
  it.each(RULES)('%s', (_what, apiVersion, kind, body, causes) => {
    expect(wrong(apiVersion, kind, body)).toEqual(causes)
  })
})
