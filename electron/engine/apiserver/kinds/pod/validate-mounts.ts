import type { VolumeDevice, VolumeMount } from '../../../../../shared/api/types/core-v1.ts'
import { type FieldError, forbidden, invalid, notFound, notSupported, required } from '../../machinery/field-error.ts'
import type { AnyContainer, PodRules } from './pod-rules.ts'
import { checkDescendingPath, hasBackstep } from './validate-paths.ts'

/** ValidateVolumeMounts. Errors of the paths inside the volume carry no index. */
export function checkVolumeMounts(rules: PodRules, path: string, container: AnyContainer): void {
  const { volumeMounts, volumeDevices = [] } = container
  if (!volumeMounts) return
  const { errors, volumes } = rules
  const mountPaths = new Set<string>()
  volumeMounts.forEach((mount, at) => {
    const own = `${path}[${at}]`
    const { name, mountPath = '' } = mount
    if (!name) errors.push(required(`${own}.name`))
    if (!volumes.has(name)) errors.push(notFound(`${own}.name`, name ?? ''))
    if (mountPath === '') errors.push(required(`${own}.mountPath`))
    if (mountPaths.has(mountPath)) errors.push(invalid(`${own}.mountPath`, mountPath, 'must be unique'))
    mountPaths.add(mountPath)
    if (volumeDevices.some((device) => device.name === name)) {
      errors.push(invalid(`${own}.name`, name, 'must not already exist in volumeDevices'))
    }
    if (volumeDevices.some((device) => device.devicePath === mountPath)) {
      errors.push(invalid(`${own}.mountPath`, mountPath, 'must not already exist as a path in volumeDevices'))
    }
    checkSubPaths(errors, path, own, mount)
    if (mount.mountPropagation !== undefined) {
      checkPropagation(errors, `${path}.mountPropagation`, mount.mountPropagation, container)
    }
    if (mount.recursiveReadOnly !== undefined) checkRecursiveReadOnly(errors, `${path}.recursiveReadOnly`, mount)
  })
}

function checkSubPaths(errors: FieldError[], path: string, own: string, { subPath, subPathExpr }: VolumeMount): void {
  if (subPath) checkDescendingPath(errors, `${path}.subPath`, subPath)
  if (!subPathExpr) return
  if (subPath) {
    errors.push(invalid(`${own}.subPathExpr`, subPathExpr, 'subPathExpr and subPath are mutually exclusive'))
  }
  checkDescendingPath(errors, `${path}.subPathExpr`, subPathExpr)
}

const PROPAGATIONS = ['Bidirectional', 'HostToContainer', 'None']

function checkPropagation(errors: FieldError[], path: string, propagation: string, container: AnyContainer): void {
  if (!PROPAGATIONS.includes(propagation)) errors.push(notSupported(path, propagation, PROPAGATIONS))
  if (propagation === 'Bidirectional' && !container.securityContext?.privileged) {
    errors.push(forbidden(path, 'Bidirectional mount propagation is available only to privileged containers'))
  }
}

const RECURSIVE_MODES = ['Disabled', 'Enabled', 'IfPossible']

function checkRecursiveReadOnly(errors: FieldError[], path: string, mount: VolumeMount): void {
  const mode = mount.recursiveReadOnly as string
  if (mode === 'Disabled') return
  if (!RECURSIVE_MODES.includes(mode)) {
    errors.push(notSupported(path, mode, RECURSIVE_MODES))
    return
  }
  if (!mount.readOnly) errors.push(forbidden(path, 'may only be specified when readOnly is true'))
  if (mount.mountPropagation !== undefined && mount.mountPropagation !== 'None') {
    errors.push(forbidden(path, 'may only be specified when mountPropagation is None or not specified'))
  }
}

/** ValidateVolumeDevices: block devices come from claims. */
export function checkVolumeDevices(rules: PodRules, path: string, container: AnyContainer): void {
  const { volumeDevices, volumeMounts = [] } = container
  if (!volumeDevices) return
  const names = new Set<string>()
  const paths = new Set<string>()
  volumeDevices.forEach((device, at) => {
    checkDevice(rules, `${path}[${at}]`, device, { names, paths, volumeMounts })
  })
}

function checkDevice(
  { errors, volumes }: PodRules,
  path: string,
  { name, devicePath = '' }: VolumeDevice,
  others: { names: Set<string>; paths: Set<string>; volumeMounts: readonly VolumeMount[] },
): void {
  const { names, paths, volumeMounts } = others
  const volume = volumes.get(name)
  if (!name) errors.push(required(`${path}.name`))
  if (names.has(name)) errors.push(invalid(`${path}.name`, name, 'must be unique'))
  if (volume === undefined) errors.push(notFound(`${path}.name`, name ?? ''))
  else if (!volume.persistentVolumeClaim && !volume.ephemeral) {
    const message = 'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode'
    errors.push(invalid(`${path}.name`, name, message))
  }
  if (devicePath === '') errors.push(required(`${path}.devicePath`))
  if (paths.has(devicePath)) errors.push(invalid(`${path}.devicePath`, devicePath, 'must be unique'))
  if (hasBackstep(devicePath)) {
    errors.push(invalid(`${path}.devicePath`, devicePath, "can not contain backsteps ('..')"))
  } else paths.add(devicePath)
  if (volumeMounts.some((mount) => mount.name === name)) {
    errors.push(invalid(`${path}.name`, name, 'must not already exist in volumeMounts'))
  }
  if (volumeMounts.some((mount) => mount.mountPath === devicePath)) {
    errors.push(invalid(`${path}.devicePath`, devicePath, 'must not already exist as a path in volumeMounts'))
  }
  if (name) names.add(name)
}
