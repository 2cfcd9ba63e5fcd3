import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { mendable, UserError } from '../../errors.ts'

/** Graph's word for a failed request by its status. https://learn.microsoft.com/graph/errors */
const CODES: Record<number, string> = {
  400: 'invalidRequest',
  401: 'unauthenticated',
  403: 'accessDenied',
  404: 'itemNotFound',
  405: 'notAllowed',
  409: 'resourceModified',
  412: 'resourceModified',
  415: 'invalidRequest',
  421: 'accessDenied',
  422: 'invalidRequest',
  429: 'activityLimitReached',
  501: 'notSupported',
  503: 'serviceNotAvailable',
  507: 'quotaLimitReached',
}

/** An error as Graph tells it. `innerError` has our own code and the id under which the server's log tells more. */
const graphError = (status: number, code: string, message: string, request: FastifyRequest) => {
  const client = request.headers['client-request-id']
  return {
    error: {
      code: CODES[status] ?? (status < 500 ? 'invalidRequest' : 'generalException'),
      message,
      innerError: {
        code,
        date: new Date().toISOString().slice(0, 19),
        'request-id': request.id,
        'client-request-id': typeof client === 'string' ? client.slice(0, 200) : request.id,
      },
    },
  }
}

/** Ends every failed request below /graph. */
export function answerGraphError(error: FastifyError | UserError, request: FastifyRequest, reply: FastifyReply): void {
  const told = mendable(error) ?? error
  const known = told instanceof UserError
  const status = known ? told.status : (told.statusCode ?? 500)
  if (status >= 500 && !known)
    request.log.error({ err: error, request_id: request.id, method: request.method, url: request.url }, 'a request failed')
  const message =
    known || status < 500 ? told.message : 'Something went wrong inside. The log of the server says what, under this request id.'
  void reply
    .code(status)
    .header('request-id', request.id)
    .type('application/json; charset=utf-8')
    .send(JSON.stringify(graphError(status, known ? told.code : status < 500 ? 'bad_request' : 'internal', message, request)))
}

/** Answers an address below /graph that does not exist: a resource that is not rebuilt here, or another method. */
export function graphNotFound(request: FastifyRequest, reply: FastifyReply): void {
  const path = request.url.split('?')[0]!.slice(0, 200)
  void reply
    .code(404)
    .header('request-id', request.id)
    .type('application/json; charset=utf-8')
    .send(
      JSON.stringify(
        graphError(404, 'not_found', `there is no ${request.method} ${path} here: docs/graph-api.md lists what there is`, request),
      ),
    )
}
