import { expect, test } from 'vitest'
import { deleteQuestion } from './delete-question.ts'

test('says which data go with the cluster', () => {
  const claims = [
    { namespace: 'shop', name: 'data-postgres-0', size: '1Gi' },
    { namespace: 'default', name: 'files', size: '100Mi' },
  ]
  expect(deleteQuestion('dev', claims)).toBe(
    `The data of these claims will be lost:
  shop/data-postgres-0  1Gi
  default/files         100Mi
Delete cluster dev with all its objects, containers and volumes?`,
  )
})

test('says so when there are none, and when it cannot know', () => {
  expect(deleteQuestion('dev', [])).toMatch(/^No claim holds data\./)
  expect(deleteQuestion('dev', undefined)).toMatch(/^The cluster does not run/)
})
