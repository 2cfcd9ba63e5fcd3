import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import { mendable, UserError } from '../errors.ts'
import { RETRY_AFTER_S } from '../store/engines/queue.ts'

/** The one shape of every error. */
const problem = (code: string, message: string, request_id: string) => ({ error: { code, message, request_id } })

/** Ends every failed request: what the person can mend is told, everything else is a bug, logged and told without details. */
export function answerError(error: FastifyError | UserError, request: FastifyRequest, reply: FastifyReply): void {
  const told = mendable(error) ?? error
  const { status, code, message } = read(told)
  if (status >= 500 && !(told instanceof UserError))
    request.log.error({ err: error, request_id: request.id, method: request.method, url: request.url }, 'a request failed')
  if (reply.raw.headersSent) {
    reply.raw.destroy() // the answer has begun: ending it as if it were whole would be a lie
    return
  }
  if (status === 503) reply.header('retry-after', String(RETRY_AFTER_S))
  void reply
    .code(status)
    .header('x-request-id', request.id)
    .type('application/json; charset=utf-8')
    .send(problem(code, message, request.id))
}

function read(error: FastifyError | UserError): { status: number; code: string; message: string } {
  if (error instanceof UserError) return { status: error.status, code: error.code, message: error.message }
  if (hasZodFastifySchemaValidationErrors(error)) {
    const place = ((error as { validationContext?: string }).validationContext ?? 'request').replace('querystring', 'query')
    const said = error.validation.map((issue) =>
      `${place} ${issue.instancePath.replace(/^\//, '').replaceAll('/', '.')}: ${issue.message ?? 'is not valid'}`.replace(' :', ':'),
    )
    return { status: 400, code: 'bad_request', message: said.join('; ') }
  }
  const status = error.statusCode ?? 500
  if (status === 413) return { status, code: 'too_large', message: `the body is too large: ${error.message}` }
  if (status === 415)
    return {
      status,
      code: 'unsupported_media_type',
      message: 'this content type cannot be read here: a file is sent as application/octet-stream, everything else as application/json',
    }
  if (status === 503) return { status, code: 'closing', message: 'the server is closing' }
  if (status >= 400 && status < 500) return { status, code: 'bad_request', message: error.message }
  return { status: 500, code: 'internal', message: 'Something went wrong inside. The log of the server says what, under this request id.' }
}

/** Answers an address that does not exist. */
export function notFound(request: FastifyRequest, reply: FastifyReply): void {
  void reply
    .code(404)
    .header('x-request-id', request.id)
    .send(problem('not_found', `there is no ${request.method} ${request.url.split('?')[0]!.slice(0, 200)} here`, request.id))
}

/** Answers an address that cannot be read at all. */
export function badAddress(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  void reply
    .code(400)
    .header('x-request-id', request.id)
    .type('application/json; charset=utf-8')
    .send(JSON.stringify(problem('bad_request', error.message, request.id)))
}
