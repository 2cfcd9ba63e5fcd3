import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { UserError } from '../errors.ts'
import { packageRoot } from '../root.ts'
import { buildApp, type AppOptions } from './app.ts'

export interface ServeOptions extends AppOptions {
  /** Address to listen on; anything but a loopback one needs a token. */
  host: string
  /** 0: any free port. */
  port: number
}

/** A server that answers. `close` lets running requests and imports end first. */
export interface Server {
  url: string
  close(): Promise<void>
}

/** Listens and answers until it is closed. Throws UserError('token_needed'), UserError('port_in_use'), UserError('cannot_listen'). */
export async function serve({ host, port, ...options }: ServeOptions): Promise<Server> {
  if (!options.token && !isLoopback(host)) {
    throw new UserError('token_needed', `listening on ${host} lets others in: set PLIMSOLL_TOKEN to a secret that they must bring`)
  }
  const built = join(packageRoot(), 'dist', 'web')
  const webFolder = options.webFolder ?? (existsSync(join(built, 'index.html')) ? built : undefined)
  const app = buildApp({ ...options, ...(webFolder ? { webFolder } : {}) })
  try {
    const url = await app.listen({ host, port })
    return { url: url.replace('[::1]', 'localhost'), close: () => app.close().then(() => {}) }
  } catch (error) {
    await app.close()
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EADDRINUSE')
      throw new UserError('port_in_use', `port ${port} on ${host} is taken: stop what uses it, or name another with PLIMSOLL_PORT`, {
        status: 409,
        cause: error,
      })
    if (code === 'EACCES' || code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
      throw new UserError('cannot_listen', `cannot listen on ${host} port ${port}: ${(error as Error).message}`, { cause: error })
    }
    throw error
  }
}

const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host)
