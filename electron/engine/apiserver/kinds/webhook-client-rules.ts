import { dns1123Subdomain, portNumber } from '../../../../shared/api/names.ts'
import { type FieldError, invalid, required } from '../machinery/field-error.ts'

/** How a webhook of admission or conversion may be reached (apiserver/pkg/util/webhook). */
export interface WebhookClient {
  readonly url?: string | undefined
  readonly service?:
    | {
        readonly namespace: string
        readonly name: string
        readonly path?: string | undefined
        readonly port?: number | undefined
      }
    | undefined
}

const FORM = 'desired format: https://host[/path]'

/** ValidateWebhookURL. */
export function webhookUrlErrors(path: string, url: string): FieldError[] {
  const found = /^(?:([a-zA-Z][\w+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s.exec(url)
  const [, scheme = '', authority = '', , query = '', fragment = ''] = found ?? []
  const at = authority.lastIndexOf('@')
  const host = authority.slice(at + 1)
  const errors: FieldError[] = []
  if (scheme !== 'https') errors.push(invalid(path, scheme, `'https' is the only allowed URL scheme; ${FORM}`))
  if (host === '') errors.push(invalid(path, host, `host must be specified; ${FORM}`))
  if (at >= 0) errors.push(invalid(path, authority.slice(0, at), 'user information is not permitted in the URL'))
  if (fragment !== '') errors.push(invalid(path, fragment, 'fragments are not permitted in the URL'))
  if (query !== '') errors.push(invalid(path, query, 'query parameters are not permitted in the URL'))
  return errors
}

/** ValidateWebhookService. */
export function webhookServiceErrors(path: string, service: NonNullable<WebhookClient['service']>): FieldError[] {
  const { namespace, name, path: urlPath = '', port = 0 } = service
  const errors: FieldError[] = []
  if (!name) errors.push(required(`${path}.name`))
  if (!namespace) errors.push(required(`${path}.namespace`))
  const why = portNumber(port)
  if (why.length > 0) errors.push(invalid(`${path}.port`, port, `port is not valid: ${why.join(',')}`))
  return [...errors, ...pathErrors(`${path}.path`, urlPath)]
}

function pathErrors(path: string, urlPath: string): FieldError[] {
  if (urlPath === '' || urlPath === '/') return []
  if (urlPath === '//') return [invalid(path, urlPath, 'segment[0] may not be empty')]
  const errors = urlPath.startsWith('/') ? [] : [invalid(path, urlPath, "must start with a '/'")]
  const segments = urlPath.slice(1).replace(/\/$/, '').split('/')
  segments.forEach((segment, at) => {
    if (segment === '') errors.push(invalid(path, urlPath, `segment[${at}] may not be empty`))
    else for (const why of dns1123Subdomain(segment)) errors.push(invalid(path, urlPath, `segment[${at}]: ${why}`))
  })
  return errors
}
