import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { UserError } from '../../errors.ts'
import { readDefinition } from '../../store/definitions/read.ts'
import type { Engine } from '../../store/engines/engine.ts'

/** The connector to Microsoft Graph, as definitions (kind `connector`) and addresses name it. */
export const MICROSOFT_GRAPH = 'microsoft-graph'

/** Where the clouds answer. https://learn.microsoft.com/graph/deployments */
const clouds = {
  global: { login: 'https://login.microsoftonline.com', graph: 'https://graph.microsoft.com' },
  us_government: { login: 'https://login.microsoftonline.us', graph: 'https://graph.microsoft.us' },
  us_defense: { login: 'https://login.microsoftonline.us', graph: 'https://dod-graph.microsoft.us' },
  china: { login: 'https://login.partner.microsoftonline.cn', graph: 'https://microsoftgraph.chinacloudapi.cn' },
} as const

/** `custom`: the addresses that the server was started with, PLIMSOLL_LOGIN_URL and PLIMSOLL_GRAPH_URL. */
const cloudNames = ['global', 'us_government', 'us_defense', 'china', 'custom'] as const

/**
 * Where the secret is. Never the secret itself. Only variables made for it and files of one folder, so that who may change settings cannot have the
 * server send other secrets of its own away.
 */
const Secret = z.union([
  z.strictObject({
    env: z.string().regex(/^PLIMSOLL_SECRET_[A-Z0-9_]{1,80}$/, 'expected PLIMSOLL_SECRET_ and capital letters, digits or _'),
  }),
  z.strictObject({
    file: z.string().regex(/^[A-Za-z0-9][\w.-]{0,99}$/, 'expected the name of a file in the folder secrets of the data folder'),
  }),
])

/** Body of a definition of the kind `connector`. */
export const ConnectorBody = z.strictObject({
  tenant: z
    .string()
    .regex(
      /^(?:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[a-z0-9](?:[a-z0-9.-]{0,120}[a-z0-9]))$/i,
      'expected a tenant id or a domain of it',
    )
    .describe('Directory (tenant) id, or a domain of it'),
  client_id: z
    .string()
    .regex(/^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i, 'expected the application (client) id, a GUID')
    .describe('Application (client) id'),
  secret: Secret.describe('Where the client secret is: the name of an environment variable of the server, or of a file'),
  cloud: z.enum(cloudNames).default('global'),
  schedule: z.enum(['daily', 'off']).default('daily').describe('daily: the server fetches once a day; off: only when asked'),
})
export type ConnectorBody = z.infer<typeof ConnectorBody>

/** The settings of an organisation's connector; null: it is not connected. */
export async function readConnector(engine: Engine, org_id: number): Promise<ConnectorBody | null> {
  const held = await readDefinition(engine, org_id, 'connector', MICROSOFT_GRAPH)
  if (!held) return null
  const read = ConnectorBody.safeParse(JSON.parse(held.body))
  return read.success ? read.data : null
}

/** The addresses of a cloud, without a slash at their ends. Throws UserError('bad_connector') where custom ones are missing or not safe. */
export function addressesOf(cloud: ConnectorBody['cloud'], env: NodeJS.ProcessEnv = process.env): { login: string; graph: string } {
  if (cloud !== 'custom') return clouds[cloud]
  const read = (name: string): string => {
    const text = env[name] ?? ''
    const url = URL.canParse(text) ? new URL(text) : null
    const loopback = url !== null && /^(?:127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(url.hostname)
    if (!url || (url.protocol !== 'https:' && !(url.protocol === 'http:' && loopback)) || url.username || url.search || url.hash)
      throw new UserError('bad_connector', `the cloud is custom, so ${name} of the server must be an https address without user or query`)
    return text.replace(/\/+$/, '')
  }
  return { login: read('PLIMSOLL_LOGIN_URL'), graph: read('PLIMSOLL_GRAPH_URL') }
}

/** Folder of secrets that are kept in files. */
const secretsFolder = (data: string): string => join(data, 'secrets')

/** The secret itself, for the request that needs it and nothing else. Throws UserError('secret_missing'). */
export async function readSecret(data: string, secret: ConnectorBody['secret'], env: NodeJS.ProcessEnv = process.env): Promise<string> {
  if ('env' in secret) {
    const text = env[secret.env]?.trim()
    if (text) return text
    throw new UserError(
      'secret_missing',
      `the environment variable ${secret.env} of the server is not set: set it to the client secret and start the server again`,
    )
  }
  const path = join(secretsFolder(data), secret.file)
  const text = (await readFile(path, 'utf8').catch(() => '')).trim()
  if (text) return text
  throw new UserError(
    'secret_missing',
    `${secret.file} in the folder "secrets" of the data folder is missing or empty: put the client secret there, readable by the server alone`,
  )
}

/** Where the secret is, in words. */
export const secretWords = (secret: ConnectorBody['secret']): string =>
  'env' in secret ? `environment variable ${secret.env}` : `file secrets/${secret.file}`
