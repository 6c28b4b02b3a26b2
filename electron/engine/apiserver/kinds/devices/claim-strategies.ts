import type {
  ResourceClaim,
  ResourceClaimSpec,
  ResourceClaimTemplate,
} from '../../../../../shared/api/types/resource-v1.ts'
import type { FieldError } from '../../machinery/field-error.ts'
import { checkImmutable } from '../checks.ts'
import { printInternal } from '../internal-form.ts'
import type { KindStrategy } from '../strategy.ts'
import { checkTemplateMeta } from '../template-meta-rules.ts'
import { claimStatusErrors } from './claim-status-rules.ts'
import { defaultDeviceClaim, deviceClaimErrors } from './device-claim-rules.ts'

export const resourceClaimStrategy: KindStrategy<ResourceClaim> = {
  defaults({ spec }) {
    defaultDeviceClaim(spec?.devices)
  },
  validate: ({ spec }) => specErrors('spec', spec, { isStored: false }),
  validateUpdate(claim, old, _context, subresource) {
    if (subresource === 'status') return claimStatusErrors(claim, old)
    const { spec } = claim
    const errors = specErrors('spec', spec, { isStored: true })
    const printed = () => printInternal('resource.v1.ResourceClaimSpec', spec)
    checkImmutable(errors, 'spec', { value: spec, old: old.spec, printed })
    return errors
  },
}

export const resourceClaimTemplateStrategy: KindStrategy<ResourceClaimTemplate> = {
  defaults({ spec }) {
    defaultDeviceClaim(spec?.spec?.devices)
  },
  validate: (template) => templateErrors(template, { isStored: false }),
  validateUpdate(template, old) {
    const errors = templateErrors(template, { isStored: true })
    const printed = () => printInternal('resource.v1.ResourceClaimTemplateSpec', template.spec)
    checkImmutable(errors, 'spec', { value: template.spec, old: old.spec, printed })
    return errors
  },
}

function templateErrors({ spec }: ResourceClaimTemplate, stored: { readonly isStored: boolean }): FieldError[] {
  const errors: FieldError[] = []
  checkTemplateMeta(errors, 'spec.metadata', spec?.metadata)
  return [...errors, ...specErrors('spec.spec', spec?.spec, stored)]
}

function specErrors(
  path: string,
  spec: ResourceClaimSpec | undefined,
  stored: { readonly isStored: boolean },
): FieldError[] {
  return deviceClaimErrors(`${path}.devices`, spec?.devices ?? {}, stored)
}
