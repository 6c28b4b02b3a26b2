import { useEffect, useMemo } from 'react'
import { useStore } from 'zustand'
import type { UsageSample, UsageSubject } from '../../shared/api/usage-history.ts'
import type { UsageNow } from '../stores/usage-readers.ts'
import { subjectKey } from '../stores/usages.ts'
import { useServices } from './services.ts'

/** A part of what a cluster's pods and nodes take now: renders only when that part is another. */
export function useUsage<T>(cluster: string, select: (usage: UsageNow) => T): T {
  const { usages } = useServices()
  const reader = useMemo(() => usages.now(cluster), [usages, cluster])
  useEffect(() => {
    const hold = usages.holdNow(cluster)
    return () => hold.dispose()
  }, [usages, cluster])
  return useStore(reader.store, select)
}

/** The last hour, oldest first and live; undefined until it is known. */
export function useUsageHour(cluster: string, of: UsageSubject): readonly UsageSample[] | undefined {
  const { usages } = useServices()
  const key = subjectKey(of)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says all that the subject does
  const reader = useMemo(() => usages.hour(cluster, of), [usages, cluster, key])
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says all that the subject does
  useEffect(() => {
    const hold = usages.holdHour(cluster, of)
    return () => hold.dispose()
  }, [usages, cluster, key])
  return useStore(reader.store)
}
