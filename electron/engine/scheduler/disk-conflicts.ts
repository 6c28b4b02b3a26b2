import type { Pod, Volume } from '../../../shared/api/types/core-v1.ts'

/** The volumes of a pod that are disks by themselves, without a claim, and that not every other pod may share. */
export function inlineDisks({ spec }: Pod): readonly Volume[] {
  return (spec?.volumes ?? []).filter(({ gcePersistentDisk, awsElasticBlockStore, iscsi, rbd }) => {
    return gcePersistentDisk ?? awsElasticBlockStore ?? iscsi ?? rbd
  })
}

/** Whether one node cannot have both: the same disk, unless both only read it. An EBS volume is never shared. */
export function isDiskConflict(a: Volume, b: Volume): boolean {
  if (a.gcePersistentDisk && b.gcePersistentDisk) {
    const isSame = a.gcePersistentDisk.pdName === b.gcePersistentDisk.pdName
    return isSame && !areReadOnly(a.gcePersistentDisk, b.gcePersistentDisk)
  }
  if (a.awsElasticBlockStore && b.awsElasticBlockStore) {
    return a.awsElasticBlockStore.volumeID === b.awsElasticBlockStore.volumeID
  }
  if (a.iscsi && b.iscsi) return a.iscsi.iqn === b.iscsi.iqn && !areReadOnly(a.iscsi, b.iscsi)
  if (a.rbd && b.rbd) {
    const [one, other] = [a.rbd, b.rbd]
    const shareMonitor = one.monitors.some((monitor) => other.monitors.includes(monitor))
    return shareMonitor && one.pool === other.pool && one.image === other.image && !areReadOnly(one, other)
  }
  return false
}

function areReadOnly(...disks: readonly { readonly readOnly?: boolean | undefined }[]): boolean {
  return disks.every(({ readOnly }) => readOnly === true)
}
