import type {
  Container,
  EphemeralContainer,
  HTTPGetAction,
  PersistentVolumeClaimSpec,
  PodSpec,
  Probe,
  Volume,
} from '../../../../../shared/api/types/core-v1.ts'
import { isLatestImage } from './image-name.ts'
import { roundAmounts } from './round-amounts.ts'
import { defaultVolumeSources } from './volume-sources.ts'

/** SetDefaults_PodSpec and all below it: for Pods and for the templates of every workload. */
export function defaultPodSpec(spec: PodSpec): void {
  spec.dnsPolicy ||= 'ClusterFirst'
  spec.restartPolicy ||= 'Always'
  spec.terminationGracePeriodSeconds ??= 30
  spec.securityContext ??= {}
  spec.schedulerName ||= 'default-scheduler'
  for (const container of spec.initContainers ?? []) defaultContainer(container)
  for (const container of spec.containers ?? []) defaultContainer(container)
  for (const container of spec.ephemeralContainers ?? []) defaultContainer(container)
  for (const volume of spec.volumes ?? []) defaultVolume(volume)
  roundAmounts(spec.overhead)
  roundAmounts(spec.resources?.limits)
  roundAmounts(spec.resources?.requests)
  // The old spelling is kept in step with the new one.
  if (spec.serviceAccountName) spec.serviceAccount = spec.serviceAccountName
  else if (spec.serviceAccount) spec.serviceAccountName = spec.serviceAccount
}

function defaultContainer(container: Container | EphemeralContainer): void {
  const { image } = container
  if (!container.imagePullPolicy) container.imagePullPolicy = isLatestImage(image ?? '') ? 'Always' : 'IfNotPresent'
  container.terminationMessagePath ||= '/dev/termination-log'
  container.terminationMessagePolicy ||= 'File'
  for (const port of container.ports ?? []) port.protocol ||= 'TCP'
  for (const probe of [container.livenessProbe, container.readinessProbe, container.startupProbe]) {
    if (probe) defaultProbe(probe)
  }
  for (const handler of [container.lifecycle?.postStart, container.lifecycle?.preStop]) {
    if (handler?.httpGet) defaultHttpGet(handler.httpGet)
  }
  for (const env of container.env ?? []) {
    if (env.valueFrom?.fieldRef) env.valueFrom.fieldRef.apiVersion ||= 'v1'
    if (env.valueFrom?.fileKeyRef) env.valueFrom.fileKeyRef.optional ??= false
  }
  roundAmounts(container.resources?.limits)
  roundAmounts(container.resources?.requests)
}

function defaultProbe(probe: Probe): void {
  probe.timeoutSeconds ||= 1
  probe.periodSeconds ||= 10
  probe.successThreshold ||= 1
  probe.failureThreshold ||= 3
  if (probe.httpGet) defaultHttpGet(probe.httpGet)
  if (probe.grpc) probe.grpc.service ??= ''
}

function defaultHttpGet(action: HTTPGetAction): void {
  action.path ||= '/'
  action.scheme ||= 'HTTP'
}

const VOLUME_SOURCES: readonly (keyof Volume)[] = [
  'hostPath',
  'emptyDir',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'gitRepo',
  'secret',
  'nfs',
  'iscsi',
  'glusterfs',
  'persistentVolumeClaim',
  'rbd',
  'flexVolume',
  'cinder',
  'cephfs',
  'flocker',
  'downwardAPI',
  'fc',
  'azureFile',
  'configMap',
  'vsphereVolume',
  'quobyte',
  'azureDisk',
  'photonPersistentDisk',
  'projected',
  'portworxVolume',
  'scaleIO',
  'storageos',
  'csi',
  'ephemeral',
  'image',
]

/** SetDefaults_PersistentVolumeClaimSpec, for claims in templates. */
export function defaultClaimSpec(spec: PersistentVolumeClaimSpec): void {
  spec.volumeMode ??= 'Filesystem'
  roundAmounts(spec.resources?.limits)
  roundAmounts(spec.resources?.requests)
}

const MODE = 0o644

function defaultVolume(volume: Volume): void {
  if (VOLUME_SOURCES.every((source) => volume[source] === undefined)) volume.emptyDir = {}
  defaultVolumeSources(volume)
  if (volume.secret) volume.secret.defaultMode ??= MODE
  if (volume.configMap) volume.configMap.defaultMode ??= MODE
  if (volume.downwardAPI) {
    volume.downwardAPI.defaultMode ??= MODE
    for (const item of volume.downwardAPI.items ?? []) if (item.fieldRef) item.fieldRef.apiVersion ||= 'v1'
  }
  if (volume.projected) {
    volume.projected.defaultMode ??= MODE
    for (const source of volume.projected.sources ?? []) {
      if (source.serviceAccountToken) source.serviceAccountToken.expirationSeconds ??= 3600
      for (const item of source.downwardAPI?.items ?? []) if (item.fieldRef) item.fieldRef.apiVersion ||= 'v1'
    }
  }
  const template = volume.ephemeral?.volumeClaimTemplate?.spec
  if (template) defaultClaimSpec(template)
  if (volume.image) volume.image.pullPolicy ||= isLatestImage(volume.image.reference ?? '') ? 'Always' : 'IfNotPresent'
}
