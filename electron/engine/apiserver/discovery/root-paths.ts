import type { Registry } from '../registry/registry.ts'
import { apiGroupList } from './discovery.ts'

/** What GET / lists. */
export function rootPaths(registry: Registry): string[] {
  const groups = apiGroupList(registry).groups.flatMap(({ name, versions }) => [
    `/apis/${name}`,
    ...versions.map(({ groupVersion }) => `/apis/${groupVersion}`),
  ])
  const fixed = ['/.well-known/openid-configuration', '/api', '/api/v1', '/apis', '/healthz', '/livez', '/metrics']
  return [...fixed, ...groups, '/openapi/v2', '/openapi/v3', '/openid/v1/jwks', '/readyz', '/version'].sort()
}
