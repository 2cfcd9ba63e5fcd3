import { z } from 'zod'
import { ConnectorBody } from '../../ingest/connecting/settings.ts'

const Mended = z.object({ code: z.string(), message: z.string() })

/** A place from which facts can be fetched, and how it stands for an organisation. */
export const Connector = z.object({
  id: z.string(),
  title: z.string(),
  what: z.string().describe('What it brings'),
  needs: z.array(z.string()).describe('What must be there on the other side, step by step'),
  state: z.enum(['not_connected', 'waiting', 'running', 'ok', 'failed']).describe('waiting: connected and not run yet'),
  settings: ConnectorBody.nullable().describe('Where the secret is, never the secret'),
  secret: z.string().nullable().describe('Where the secret is, in words'),
  hosts: z.array(z.string()).describe('Whom it asks; nobody else'),
  last_run_at: z.string().nullable(),
  last_success_at: z.string().nullable(),
  next_run_at: z.string().nullable().describe('When the server fetches next; null: only when asked'),
  error: Mended.nullable().describe('What went wrong in the last run, and what to do'),
  warnings: z.array(z.string()),
  brought: z.object({ days: z.number(), controls: z.number(), imports: z.array(z.number()) }).nullable(),
})

export const ConnectorSettings = ConnectorBody

/** What a run brought. */
export const ConnectorRun = z.object({
  state: z.enum(['imported', 'unchanged', 'failed', 'stopped']),
  imports: z.array(z.object({ import_no: z.number(), unchanged: z.boolean(), title: z.string() })),
  error: Mended.nullable(),
  warnings: z.array(z.string()),
})
