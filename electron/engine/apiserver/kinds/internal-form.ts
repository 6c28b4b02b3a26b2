import { goJson } from '../../../../shared/api/go-text.ts'
import { PrintedValue } from '../machinery/field-error.ts'
import { type ObjectType, objectType, type ValueType } from '../machinery/schema.ts'
import { unifiedDiff } from './unified-diff.ts'

/**
 * What the API server of Kubernetes prints of an object that it holds in its internal version: Go field names in the
 * internal struct's order, absent values as null or zero. Messages quote it ("Invalid value: {\"Type\":...}") and
 * compare it ("spec: Forbidden: pod updates may not change ...").
 *
 * It follows from the facts of the version v1: names are the Go names, the order is that of v1 where ORDER does not
 * say otherwise, and embedded structs are written in place, as they are in v1.
 */

/** For the `value` of a field error. `typeName` is an OpenAPI name below io.k8s.api, such as "core.v1.PodSpec". */
export function printInternal(typeName: string, value: unknown): PrintedValue {
  return new PrintedValue(goJson(internalForm(objectType(`io.k8s.api.${typeName}`), value)))
}

/**
 * The lines in which the internal forms of two values differ, as a unified diff with three lines around. `members` for
 * a struct that v1 embeds: those of `typeName` that belong to it.
 */
export function internalDiff(typeName: string, before: unknown, after: unknown, members?: readonly string[]): string {
  const type = objectType(`io.k8s.api.${typeName}`)
  const lines = (value: unknown) => linesOf(internalForm(type, value, members))
  return unifiedDiff(lines(before), lines(after))
}

/** For the `value` of a field error: labels, sorted by name as Go prints every map. */
export function printLabels(labels: Record<string, string> | undefined): PrintedValue | null {
  return labels === undefined ? null : new PrintedValue(goJson(sortedMap(labels)))
}

export function printSelector(selector: object | null | undefined): PrintedValue | null {
  if (!selector) return null
  const type = objectType('io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector')
  return new PrintedValue(goJson(metaForm(type, selector as Members)))
}

function linesOf(form: unknown): string[] {
  return JSON.stringify(form, undefined, 1)
    .replace(/[<>&\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .split('\n')
}

type Members = Record<string, unknown>

function internalForm(type: ObjectType, value: unknown, order = ORDER[type.goName]): unknown {
  const members = moved(type, (value ?? {}) as Members)
  const form: Members = {}
  // Types of the meta group are the same in both forms: their JSON names and omissions stay.
  if (type.name.startsWith('io.k8s.apimachinery.')) return metaForm(type, members)
  for (const name of order ?? type.fields.map((field) => field.name)) {
    const field = type.byName.get(name)
    const member = members[name]
    if (field?.type.form === 'object' && field.type.object.goName === 'ObjectMeta') {
      Object.assign(form, metaForm(field.type.object, (member ?? {}) as Members))
    } else if (field === undefined) {
      form[goFieldName(type, name)] = member ?? (EXTRA_BOOLEANS.has(name) ? false : null)
    } else {
      const isAbsent = member === undefined || member === null
      const isNull = isAbsent && (field.pointer || field.type.form === 'list' || field.type.form === 'map')
      form[goFieldName(type, name)] = isNull ? null : valueForm(field.type, member)
    }
  }
  return form
}

function valueForm(type: ValueType, value: unknown): unknown {
  switch (type.form) {
    case 'object':
      return internalForm(type.object, value)
    case 'list':
      return ((value as unknown[] | undefined) ?? []).map((item) => valueForm(type.element, item))
    case 'map':
      return sortedMap((value as Members | undefined) ?? {})
    default:
      return value ?? ZERO[type.scalar] ?? ''
  }
}

const ZERO: Readonly<Record<string, unknown>> = { bool: false, int32: 0, int64: 0, int: 0, quantity: '0', time: null }

function sortedMap(value: Members): Members {
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Members in the order of the type, maps sorted; what is absent is left out. */
function metaForm(type: ObjectType, members: Members): Members {
  const form: Members = {}
  for (const field of type.fields) {
    const member = members[field.name]
    if (member === undefined || member === null) continue
    if (Array.isArray(member) && member.length === 0) continue
    form[field.name] = metaValue(field.type, member)
  }
  return form
}

function metaValue(type: ValueType, value: unknown): unknown {
  if (type.form === 'object') return metaForm(type.object, value as Members)
  if (type.form === 'list') return (value as unknown[]).map((item) => metaValue(type.element, item))
  return type.form === 'map' ? sortedMap(value as Members) : value
}

/** The internal PodSpec keeps what concerns the host in its security context. */
function moved(type: ObjectType, members: Members): Members {
  if (type.goName !== 'PodSpec') return members
  const { hostNetwork, hostPID, hostIPC, shareProcessNamespace, hostUsers } = members
  const host = { hostNetwork, hostPID, hostIPC, shareProcessNamespace, hostUsers }
  return { ...members, securityContext: { ...(members.securityContext as Members | undefined), ...host } }
}

const EXTRA_BOOLEANS: ReadonlySet<string> = new Set(['hostNetwork', 'hostPID', 'hostIPC'])

/** Internal structs whose order differs from v1's, and members that only they have. */
const ORDER: Readonly<Record<string, readonly string[]>> = {
  PodSpec: names`volumes initContainers containers ephemeralContainers restartPolicy terminationGracePeriodSeconds
    activeDeadlineSeconds dnsPolicy nodeSelector serviceAccountName automountServiceAccountToken nodeName
    securityContext imagePullSecrets hostname subdomain setHostnameAsFQDN affinity schedulerName tolerations hostAliases
    priorityClassName priority preemptionPolicy dnsConfig readinessGates runtimeClassName overhead enableServiceLinks
    topologySpreadConstraints os schedulingGates resourceClaims resources hostnameOverride schedulingGroup`,
  PodSecurityContext: names`hostNetwork hostPID hostIPC shareProcessNamespace hostUsers seLinuxOptions windowsOptions
    runAsUser runAsGroup runAsNonRoot supplementalGroups supplementalGroupsPolicy fsGroup fsGroupChangePolicy sysctls
    seccompProfile appArmorProfile seLinuxChangePolicy`,
  Volume: names`name hostPath emptyDir gcePersistentDisk awsElasticBlockStore gitRepo secret nfs iscsi glusterfs
    persistentVolumeClaim rbd quobyte flexVolume cinder cephfs flocker downwardAPI fc azureFile configMap vsphereVolume
    azureDisk photonPersistentDisk projected portworxVolume scaleIO storageos csi ephemeral image`,
}

function names(text: TemplateStringsArray): string[] {
  return (text[0] as string).trim().split(/\s+/)
}

function goFieldName(type: ObjectType, name: string): string {
  return RENAMED[`${type.goName}.${name}`] ?? GO_NAMES[name] ?? name.charAt(0).toUpperCase() + name.slice(1)
}

/** Internal names that say something else than v1's. */
const RENAMED: Readonly<Record<string, string>> = {
  'DeviceAttribute.int': 'IntValue',
  'DeviceAttribute.bool': 'BoolValue',
  'DeviceAttribute.string': 'StringValue',
  'DeviceAttribute.version': 'VersionValue',
  'DeviceAttribute.ints': 'IntValues',
  'DeviceAttribute.bools': 'BoolValues',
  'DeviceAttribute.strings': 'StringValues',
  'DeviceAttribute.versions': 'VersionValues',
  'RBDVolumeSource.monitors': 'CephMonitors',
  'RBDVolumeSource.image': 'RBDImage',
  'RBDVolumeSource.pool': 'RBDPool',
  'RBDVolumeSource.user': 'RadosUser',
  'GlusterfsVolumeSource.endpoints': 'EndpointsName',
  'AzureDiskVolumeSource.diskURI': 'DataDiskURI',
  'ISCSIVolumeSource.chapAuthDiscovery': 'DiscoveryCHAPAuth',
  'ISCSIVolumeSource.chapAuthSession': 'SessionCHAPAuth',
  'RBDPersistentVolumeSource.monitors': 'CephMonitors',
  'RBDPersistentVolumeSource.image': 'RBDImage',
  'RBDPersistentVolumeSource.pool': 'RBDPool',
  'RBDPersistentVolumeSource.user': 'RadosUser',
  'GlusterfsPersistentVolumeSource.endpoints': 'EndpointsName',
  'ISCSIPersistentVolumeSource.chapAuthDiscovery': 'DiscoveryCHAPAuth',
  'ISCSIPersistentVolumeSource.chapAuthSession': 'SessionCHAPAuth',
}

/** Go writes initialisms in capitals. */
const GO_NAMES: Readonly<Record<string, string>> = {
  apiGroup: 'APIGroup',
  apiVersion: 'APIVersion',
  awsElasticBlockStore: 'AWSElasticBlockStore',
  cel: 'CEL',
  cephfs: 'CephFS',
  csi: 'CSI',
  dnsConfig: 'DNSConfig',
  dnsPolicy: 'DNSPolicy',
  fc: 'FC',
  fsGroup: 'FSGroup',
  fsGroupChangePolicy: 'FSGroupChangePolicy',
  fsType: 'FSType',
  gcePersistentDisk: 'GCEPersistentDisk',
  gmsaCredentialSpec: 'GMSACredentialSpec',
  gmsaCredentialSpecName: 'GMSACredentialSpecName',
  grpc: 'GRPC',
  httpGet: 'HTTPGet',
  httpHeaders: 'HTTPHeaders',
  ip: 'IP',
  iqn: 'IQN',
  iscsi: 'ISCSI',
  iscsiInterface: 'ISCSIInterface',
  nfs: 'NFS',
  os: 'OS',
  pdName: 'PDName',
  rbd: 'RBD',
  seLinuxChangePolicy: 'SELinuxChangePolicy',
  seLinuxOptions: 'SELinuxOptions',
  sslEnabled: 'SSLEnabled',
  storageos: 'StorageOS',
  targetWWNs: 'TargetWWNs',
  tcpSocket: 'TCPSocket',
  tty: 'TTY',
  uid: 'UID',
  wwids: 'WWIDs',
}
