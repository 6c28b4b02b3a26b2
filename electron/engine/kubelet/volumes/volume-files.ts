import type {
  ConfigMap,
  DownwardAPIVolumeFile,
  KeyToPath,
  Pod,
  Secret,
  ServiceAccountTokenProjection,
  Volume,
  VolumeProjection,
} from '../../../../shared/api/types/core-v1.ts'
import { type PodAddresses, podField, resourceField } from '../environment/pod-fields.ts'
import type { VolumeFile } from '../pod-runtime.ts'
import type { PodSources } from '../pod-sources.ts'

const DEFAULT_MODE = 0o644
const TOKEN_SECONDS = 3600

export interface FileInputs {
  readonly pod: Pod
  readonly sources: PodSources
  readonly addresses: PodAddresses
  readonly allocatable: Readonly<Record<string, string>>
}

export interface VolumeContents {
  readonly files: readonly VolumeFile[]
  /** The paths of service account tokens in it. */
  readonly tokens: ReadonlySet<string>
  /** When tokens in it must be replaced: wall-clock milliseconds; undefined without tokens. */
  readonly refreshAt: number | undefined
}

/** A volume could not be filled; the text follows "MountVolume.SetUp failed". */
export class MountFailure extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'MountFailure'
  }
}

/** Whether the kubelet fills and refreshes this volume. */
export function isFilesVolume(volume: Volume): boolean {
  return Boolean(volume.configMap ?? volume.secret ?? volume.downwardAPI ?? volume.projected)
}

/** Secrets and tokens stay off the disk. */
export function holdsSecrets(volume: Volume): boolean {
  const projected = volume.projected?.sources?.some((source) => source.secret ?? source.serviceAccountToken)
  return Boolean(volume.secret ?? projected)
}

/** The present contents of a ConfigMap, Secret, downward API or projected volume. */
export async function volumeContents(inputs: FileInputs, volume: Volume): Promise<VolumeContents> {
  const { configMap, secret, downwardAPI, projected } = volume
  if (configMap) return plain(await project(inputs, { configMap }, configMap.defaultMode))
  if (secret) {
    const { secretName, ...rest } = secret
    return plain(await project(inputs, { secret: { ...rest, name: secretName } }, secret.defaultMode))
  }
  if (downwardAPI) return plain(await project(inputs, { downwardAPI }, downwardAPI.defaultMode))
  const files = new Map<string, VolumeFile>()
  const tokens = new Set<string>()
  let refreshAt: number | undefined
  for (const source of projected?.sources ?? []) {
    if (source.serviceAccountToken) {
      const token = await tokenFile(inputs, source.serviceAccountToken, projected?.defaultMode)
      files.set(token.file.path, token.file)
      tokens.add(token.file.path)
      refreshAt = Math.min(refreshAt ?? Number.POSITIVE_INFINITY, token.refreshAt)
    } else for (const file of await project(inputs, source, projected?.defaultMode)) files.set(file.path, file)
  }
  return { files: [...files.values()], tokens, refreshAt }
}

function plain(files: readonly VolumeFile[]): VolumeContents {
  return { files, tokens: new Set(), refreshAt: undefined }
}

async function project(
  inputs: FileInputs,
  source: VolumeProjection,
  defaultMode = DEFAULT_MODE,
): Promise<VolumeFile[]> {
  const namespace = inputs.pod.metadata.namespace ?? ''
  const { configMap, secret, downwardAPI } = source
  if (downwardAPI) return (downwardAPI.items ?? []).map((item) => downwardFile(inputs, item, defaultMode))
  const ref = configMap ?? secret
  if (!ref) return []
  const name = ref.name ?? ''
  const object = configMap
    ? await inputs.sources.configMap(namespace, name)
    : await inputs.sources.secret(namespace, name)
  if (!object) {
    if (ref.optional) return []
    throw new MountFailure(`${configMap ? 'configmap' : 'secret'} "${name}" not found`)
  }
  const data = configMap ? configMapData(object as ConfigMap) : secretData(object as Secret)
  return pickKeys(data, { ...ref, defaultMode, kind: configMap ? 'config' : 'secret' })
}

interface Picking {
  readonly items?: readonly KeyToPath[] | undefined
  readonly optional?: boolean | undefined
  readonly defaultMode: number
  readonly kind: 'config' | 'secret'
}

/** All keys, or those listed under their own paths and modes. */
function pickKeys(data: ReadonlyMap<string, Buffer>, { items, optional, defaultMode, kind }: Picking): VolumeFile[] {
  if (!items?.length) return [...data].map(([path, content]) => ({ path, content, mode: defaultMode }))
  return items.flatMap(({ key, path, mode }) => {
    const content = data.get(key)
    if (content) return [{ path, content, mode: mode ?? defaultMode }]
    if (optional) return []
    throw new MountFailure(
      kind === 'config' ? `references non-existent config key: ${key}` : `references non-existent secret key: ${key}`,
    )
  })
}

function configMapData({ data = {}, binaryData = {} }: ConfigMap): Map<string, Buffer> {
  return new Map([
    ...Object.entries(data).map(([key, value]) => [key, Buffer.from(value)] as const),
    ...Object.entries(binaryData).map(([key, value]) => [key, Buffer.from(value, 'base64')] as const),
  ])
}

function secretData({ data = {} }: Secret): Map<string, Buffer> {
  return new Map(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64')]))
}

function downwardFile(inputs: FileInputs, item: DownwardAPIVolumeFile, defaultMode: number): VolumeFile {
  const { pod, addresses, allocatable } = inputs
  const text = item.fieldRef
    ? podField(pod, item.fieldRef.fieldPath, addresses)
    : item.resourceFieldRef
      ? resourceField(pod, undefined, item.resourceFieldRef, allocatable)
      : ''
  return { path: item.path, content: Buffer.from(text), mode: item.mode ?? defaultMode }
}

/** A token bound to the pod, to be replaced at 80 % of its life. */
async function tokenFile(
  { pod, sources }: FileInputs,
  projection: ServiceAccountTokenProjection,
  defaultMode = DEFAULT_MODE,
): Promise<{ file: VolumeFile; refreshAt: number }> {
  const seconds = projection.expirationSeconds ?? TOKEN_SECONDS
  const request = { audience: projection.audience, expirationSeconds: seconds }
  const { status } = await sources.token(pod, request).catch((error: unknown) => {
    throw new MountFailure(`failed to fetch token: ${error instanceof Error ? error.message : String(error)}`)
  })
  if (!status) throw new MountFailure('failed to fetch token: the answer has no status')
  const refreshAt = Date.parse(status.expirationTimestamp ?? '') - seconds * 1000 * 0.2
  const security = pod.spec?.securityContext
  const restricted = security?.fsGroup !== undefined ? 0o600 : defaultMode
  return { file: { path: projection.path, content: Buffer.from(status.token ?? ''), mode: restricted }, refreshAt }
}
