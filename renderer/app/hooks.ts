import { useEffect, useMemo, useSyncExternalStore } from 'react'
import { useStore } from 'zustand'
import type { KubeObject } from '../../shared/api/object.ts'
import type { ResourceRef } from '../../shared/api/resources.ts'
import type { ClusterSummary } from '../../shared/ipc/contract.ts'
import { en, type Messages } from '../messages/en.ts'
import { ko } from '../messages/ko.ts'
import type { LiveListState } from '../stores/live-list.ts'
import type { ViewState } from '../stores/view-state.ts'
import { useServices } from './services.ts'

export function useText(): Messages {
  const language = useStore(useServices().settings, (settings) => settings.language)
  return language === 'ko' ? ko : en
}

export function useView(): ViewState {
  return useStore(useServices().view.store)
}

/** The cluster of the address; the first one where the address names none. */
export function useCluster(): ClusterSummary | undefined {
  const { clusters } = useServices()
  const all = useStore(clusters, (state) => state.clusters)
  const { cluster } = useView()
  return cluster === undefined ? all[0] : all.find(({ name }) => name === cluster)
}

/** All objects of one kind of a cluster, live while the component is there. */
export function useLiveList<T extends KubeObject>(
  cluster: string,
  ref: ResourceRef<T>,
): Omit<LiveListState, 'objects'> & { objects: ReadonlyMap<string, T> } {
  const { lists } = useServices()
  const list = useMemo(() => lists.get(cluster, ref), [lists, cluster, ref])
  useEffect(() => {
    const hold = lists.hold(cluster, ref)
    return () => hold.dispose()
  }, [lists, cluster, ref])
  return useStore(list.store) as Omit<LiveListState, 'objects'> & { objects: ReadonlyMap<string, T> }
}

/** Something that changes with the present second: renders only when its text does. */
export function useTicking(text: (now: number) => string): string {
  const { ticker } = useServices()
  return useSyncExternalStore(ticker.subscribe, () => text(ticker.getState()))
}
