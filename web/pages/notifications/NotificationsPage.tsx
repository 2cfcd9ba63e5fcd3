import { useQueryClient } from '@tanstack/react-query'
import { Pause, Pencil, Play, Plus, Send } from 'lucide-react'
import { useState } from 'react'
import { addressOf, send, useAsk } from '../../api.ts'
import { useMoment } from '../../address.ts'
import { count, counted, instant } from '../../format.ts'
import { Chip } from '../../components/Badge.tsx'
import { Button } from '../../components/Button.tsx'
import { Card } from '../../components/Card.tsx'
import { Confirm, ConfirmTrigger } from '../../components/Confirm.tsx'
import { eventTypeName } from '../../components/EventType.tsx'
import { Page } from '../../components/Page.tsx'
import { Empty, Loading, Problem } from '../../components/Problem.tsx'
import { DeliveryLog } from './DeliveryLog.tsx'
import { RuleForm } from './RuleForm.tsx'
import { type Delivery, type Rule, scopeWords, type Settings, toWords, whenWords } from './words.ts'

/** Which events are told to whom, and how that went. */
export function NotificationsPage() {
  const rules = useAsk('/api/v1/notifications')
  const settings = useAsk('/api/v1/notifications/settings', { anywhere: true })
  const [adding, setAdding] = useState(false)
  return (
    <Page
      title="Notifications"
      name="Notifications"
      parent={{ page: '/settings', title: 'Settings' }}
      line="Rules tell people about events, by webhook or mail. Only what becomes known after a rule was made is told, each event once."
      actions={
        <Button look="primary" onClick={() => setAdding(true)} disabled={!settings.data}>
          <Plus size={14} aria-hidden />
          Add rule
        </Button>
      }
    >
      {settings.data && <Readiness settings={settings.data} />}
      {rules.error ? (
        <Problem error={rules.error} retry={() => void rules.refetch()} />
      ) : !rules.data || !settings.data ? (
        <Loading className="h-48" />
      ) : rules.data.items.length === 0 ? (
        <div className="rounded-lg border border-line bg-surface">
          <Empty title="No rule">
            Add one: choose the events, whom they concern, and where they go: Slack, Teams, your own webhook, or mail.
          </Empty>
        </div>
      ) : (
        <ul className="flex flex-col gap-3">
          {rules.data.items.map((rule) => (
            <RuleCard key={rule.rule_id} rule={rule} settings={settings.data} />
          ))}
        </ul>
      )}
      <Card title="Messages" note="what was sent, waits or was given up">
        <DeliveryLog />
      </Card>
      {settings.data && <RuleForm key={String(adding)} open={adding} onClose={() => setAdding(false)} settings={settings.data} />}
    </Page>
  )
}

/** What this server cannot do, and what to do about it. Nothing while all is set up. */
function Readiness({ settings }: { settings: Settings }) {
  const missing = [
    ...(settings.mail ? [] : ['Mail is not set up: the server needs PLIMSOLL_SMTP_URL and PLIMSOLL_MAIL_FROM.']),
    ...(settings.worker ? [] : ['This server does not send by itself: run plimsoll notify, by a timer for example.']),
  ]
  return (
    <p className="text-xs text-ink-3">
      {settings.mail && `Mail goes out from ${settings.mail.from} through ${settings.mail.host}. `}
      {missing.join(' ')} Webhooks may{' '}
      {settings.private_webhooks ? 'also go to private addresses.' : 'go to addresses of the public internet only.'}
    </p>
  )
}

function RuleCard({ rule, settings }: { rule: Rule; settings: Settings }) {
  const client = useQueryClient()
  const { org } = useMoment()
  const [editing, setEditing] = useState(false)
  const [said, setSaid] = useState<{ fine: boolean; text: string } | null>(null)
  const [busy, setBusy] = useState(false)
  const address = (path: '' | '/test') => addressOf(`/api/v1/notifications/{rule_id}${path}`, { rule_id: rule.rule_id }, { org })
  const act = async (work: () => Promise<{ fine: boolean; text: string } | null>) => {
    setBusy(true)
    try {
      setSaid(await work())
      await client.invalidateQueries()
    } catch (error) {
      setSaid({ fine: false, text: error instanceof Error ? error.message : String(error) })
    } finally {
      setBusy(false)
    }
  }
  const test = () =>
    act(async () => {
      const delivery = (await send('POST', address('/test'))) as Delivery
      return delivery.state === 'sent'
        ? { fine: true, text: `The test was taken: ${delivery.answer}` }
        : { fine: false, text: `The test was not taken: ${delivery.error}` }
    })
  const pause = () =>
    act(async () => {
      await send('PATCH', address(''), { active: !rule.active })
      return null
    })
  const scope = scopeWords(rule)
  return (
    <li className="rounded-lg border border-line bg-surface px-4 py-3 text-sm">
      <div className="flex flex-wrap items-center gap-2">
        <h2 className={`font-semibold ${rule.active ? '' : 'text-ink-3'}`}>{rule.name}</h2>
        {!rule.active && <Chip>Paused</Chip>}
        {rule.to.channel === 'webhook' && !rule.address && <Chip tone="worse">Enter its address again</Chip>}
        {rule.to.channel === 'webhook' && rule.address && !rule.signed && rule.to.shape === 'json' && <Chip tone="warn">Not signed</Chip>}
        {rule.dead > 0 && <Chip tone="worse">{counted(rule.dead, 'message')} given up</Chip>}
        <span className="flex-1" />
        <Button look="quiet" disabled={busy} onClick={() => void test()}>
          <Send size={13} aria-hidden />
          Send a test
        </Button>
        <Button look="quiet" disabled={busy} onClick={() => void pause()}>
          {rule.active ? <Pause size={13} aria-hidden /> : <Play size={13} aria-hidden />}
          {rule.active ? 'Pause' : 'Go on'}
        </Button>
        <Button look="quiet" onClick={() => setEditing(true)}>
          <Pencil size={13} aria-hidden />
          Change
        </Button>
        <Confirm
          title={`End ${rule.name}?`}
          action="End rule"
          onConfirm={async () => {
            await send('DELETE', address(''))
            await client.invalidateQueries()
          }}
          trigger={<ConfirmTrigger look="quiet">End</ConfirmTrigger>}
        >
          What waits is not sent; its address and key are removed. The log stays.
        </Confirm>
      </div>
      <p className="mt-1 text-ink-2">
        {toWords(rule)}, {whenWords(rule)}
        {scope.length > 0 && ` · ${scope.join(' · ')}`}
      </p>
      {rule.description && <p className="mt-1 text-ink-2">{rule.description}</p>}
      <p className="mt-2 flex flex-wrap gap-1.5">
        {rule.types.map((type) => (
          <Chip key={type}>{eventTypeName(type)}</Chip>
        ))}
      </p>
      <p className="mt-2 text-xs text-ink-3">
        <span className="num">{count(rule.sent)}</span> sent{rule.waiting > 0 && `, ${count(rule.waiting)} waiting`}
        {rule.last_sent_at && `, last ${instant(rule.last_sent_at)}`}
      </p>
      {said && <output className={`mt-2 block ${said.fine ? 'text-better' : 'text-worse'}`}>{said.text}</output>}
      <RuleForm key={String(editing)} open={editing} onClose={() => setEditing(false)} settings={settings} rule={rule} />
    </li>
  )
}
