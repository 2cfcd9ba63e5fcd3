import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyPluginAsync } from 'fastify'
import { notFound } from './problems.ts'

/**
 * The built web pages. An address that is no file and not of the API is a page of the application, so it gets index.html: the address
 * is read in the browser. Files under assets/ have a digest in their name and are kept by browsers for ever, the rest is asked for anew.
 */
export const webPages = (folder: string): FastifyPluginAsync => {
  const plugin: FastifyPluginAsync = async (app) => {
    await app.register(fastifyStatic, {
      root: folder,
      wildcard: false,
      index: false,
      cacheControl: false,
      setHeaders: (reply, path) => {
        const hashed = path.startsWith(join(folder, 'assets'))
        reply.header('cache-control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache')
      },
    })
    const index = await readFile(join(folder, 'index.html'), 'utf8')
    app.get('/*', { schema: { hide: true } }, async (request, reply) => {
      const path = request.url.split('?')[0]!
      if (path.startsWith('/api/') || /\.[a-z0-9]{1,8}$/i.test(path)) return notFound(request, reply)
      return reply.type('text/html; charset=utf-8').header('cache-control', 'no-cache').send(index)
    })
  }
  return plugin
}
