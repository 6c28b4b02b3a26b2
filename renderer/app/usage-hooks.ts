import { useEffect, useMemo } from 'react'
import { useStore } from 'zustand'
import type { UsageNow } from '../stores/usage-readers.ts'
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
