import { labelValue, nameIsDNSSubdomain, qualifiedName } from '../../../../../shared/api/names.ts'
import type {
  NodeSelector,
  NodeSelectorRequirement,
  NodeSelectorTerm,
} from '../../../../../shared/api/types/core-v1.ts'
import { type FieldError, forbidden, invalid, required } from '../../machinery/field-error.ts'
import { checkName } from '../checks.ts'

const NOT_AN_OPERATOR = 'not a valid selector operator'

/** ValidateNodeSelector. */
export function checkNodeSelector(
  errors: FieldError[],
  path: string,
  selector: NodeSelector,
  { allowInvalidValues = false } = {},
): void {
  const terms = selector.nodeSelectorTerms ?? []
  const own = `${path}.nodeSelectorTerms`
  if (terms.length === 0) errors.push(required(own, 'must have at least one node selector term'))
  terms.forEach((term, at) => {
    checkNodeSelectorTerm(errors, `${own}[${at}]`, term, { allowInvalidValues })
  })
}

/** ValidateNodeSelectorTerm. */
export function checkNodeSelectorTerm(
  errors: FieldError[],
  path: string,
  term: NodeSelectorTerm,
  { allowInvalidValues }: { allowInvalidValues: boolean },
): void {
  term.matchExpressions?.forEach((requirement, at) => {
    checkExpression(errors, `${path}.matchExpressions[${at}]`, requirement, allowInvalidValues)
  })
  term.matchFields?.forEach((requirement, at) => {
    checkField(errors, `${path}.matchFields[${at}]`, requirement)
  })
}

function checkExpression(
  errors: FieldError[],
  path: string,
  { key, operator, values = [] }: NodeSelectorRequirement,
  allowInvalidValues: boolean,
): void {
  const own = `${path}.values`
  switch (operator) {
    case 'In':
    case 'NotIn':
      if (values.length === 0) errors.push(required(own, "must be specified when `operator` is 'In' or 'NotIn'"))
      break
    case 'Exists':
    case 'DoesNotExist':
      if (values.length > 0) {
        errors.push(forbidden(own, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"))
      }
      break
    case 'Gt':
    case 'Lt':
      if (values.length !== 1) {
        errors.push(required(own, "must be specified single value when `operator` is 'Lt' or 'Gt'"))
      }
      break
    default:
      errors.push(invalid(`${path}.operator`, operator ?? '', NOT_AN_OPERATOR))
  }
  checkName(errors, `${path}.key`, key ?? '', qualifiedName)
  if (allowInvalidValues) return
  values.forEach((value, at) => {
    checkName(errors, `${own}[${at}]`, value, labelValue)
  })
}

/** The only field that nodes can be chosen by is their name. */
function checkField(errors: FieldError[], path: string, { key, operator, values = [] }: NodeSelectorRequirement): void {
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length !== 1) {
      const message = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"
      errors.push(required(`${path}.values`, message))
    }
  } else errors.push(invalid(`${path}.operator`, operator ?? '', NOT_AN_OPERATOR))
  if (key !== 'metadata.name') errors.push(invalid(`${path}.key`, key ?? '', 'not a valid field selector key'))
  else {
    values.forEach((value, at) => {
      checkName(errors, `${path}.values[${at}]`, value, nameIsDNSSubdomain)
    })
  }
}
