import { useQueryClient } from '@tanstack/react-query'
import { Plus, X } from 'lucide-react'
import { useState } from 'react'
import { addressOf, send, useAsk } from '../../api.ts'
import { useMoment } from '../../address.ts'
import { word } from '../../format.ts'
import { Button } from '../../components/Button.tsx'
import { Choice } from '../../components/Choice.tsx'
import { fieldLook, NumberField, SelectField, TextField } from '../../components/fields.tsx'
import { FormDialog } from '../../components/FormDialog.tsx'
import type { Rule, Settings } from './words.ts'

const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']

type Limit = Rule['limits'][number]

const numberOf = (text: string): number | null => (text.trim() === '' ? null : Number(text))

/** The dialog that makes a notification rule, or changes one. */
export function RuleForm({ open, onClose, settings, rule }: { open: boolean; onClose: () => void; settings: Settings; rule?: Rule }) {
  const { org } = useMoment()
  const client = useQueryClient()
  const to = rule?.to
  const [name, setName] = useState(rule?.name ?? '')
  const [types, setTypes] = useState<string[]>(rule?.types ?? ['initiative_worse', 'target_missed', 'known_exploited'])
  const [limits, setLimits] = useState<Limit[]>(rule?.limits ?? [])
  const [groups, setGroups] = useState<string[]>(rule?.groups ?? [])
  const [initiatives, setInitiatives] = useState<string[]>(rule?.initiatives ?? [])
  const [metrics, setMetrics] = useState<string[]>(rule?.metrics ?? [])
  const [points, setPoints] = useState(rule?.points?.toString() ?? '')
  const [percent, setPercent] = useState(rule?.percent?.toString() ?? '')
  const [severity, setSeverity] = useState<string>(rule?.severity ?? '')
  const [share, setShare] = useState(rule?.share == null ? '' : String(rule.share * 100))
  const [channel, setChannel] = useState<string>(to === undefined ? 'json' : to.channel === 'mail' ? 'mail' : to.shape)
  const [url, setUrl] = useState('')
  const [key, setKey] = useState('')
  const [recipients, setRecipients] = useState(to?.channel === 'mail' ? to.recipients.join('\n') : '')
  const [at, setAt] = useState<string>(rule?.when.at ?? 'at_once')
  const [hour, setHour] = useState(rule && rule.when.at !== 'at_once' ? String(rule.when.hour) : '8')
  const [weekday, setWeekday] = useState<string>(rule?.when.at === 'weekly' ? rule.when.weekday : 'monday')
  const [days, setDays] = useState(String(rule?.days ?? 7))
  const [organisation, setOrganisation] = useState(rule?.organisation ?? true)
  const mail = channel === 'mail'
  const held = to?.channel === 'webhook' && rule?.address

  const save = async () => {
    const body = {
      name,
      types,
      limits,
      groups,
      initiatives,
      metrics,
      points: numberOf(points),
      percent: numberOf(percent),
      severity: severity || null,
      share: share.trim() === '' ? null : Number(share) / 100,
      to: mail
        ? { channel: 'mail', recipients: recipients.split(/[\s,;]+/).filter(Boolean) }
        : { channel: 'webhook', shape: channel, ...(url ? { url } : {}), ...(key ? { key } : {}) },
      when: at === 'at_once' ? { at } : at === 'daily' ? { at, hour: Number(hour) } : { at, hour: Number(hour), weekday },
      days: Number(days),
      organisation,
    }
    if (rule) await send('PATCH', addressOf('/api/v1/notifications/{rule_id}', { rule_id: rule.rule_id }, { org }), body)
    else await send('POST', addressOf('/api/v1/notifications', {}, { org }), body)
    await client.invalidateQueries()
  }
  return (
    <FormDialog
      open={open}
      onClose={onClose}
      title={rule ? 'Change rule' : 'Add rule'}
      line="What became known before the rule was made is not told."
      action={rule ? 'Save' : 'Add rule'}
      onSubmit={save}
      wide
    >
      <TextField title="Name" required maxLength={120} value={name} onChange={setName} />
      <Types settings={settings} types={types} onChange={setTypes} />
      <Limits limits={limits} onChange={setLimits} />
      <fieldset className="text-sm">
        <legend className="font-medium">Only when</legend>
        <div className="mt-1 grid grid-cols-2 gap-3 sm:grid-cols-4">
          <NumberField title="Points" hint="at least" min={0.1} max={100} value={points} onChange={setPoints} />
          <NumberField title="Per cent" hint="lost, at least" min={0.1} max={100} value={percent} onChange={setPercent} />
          <SelectField title="Severity" hint="risk" value={severity} onChange={setSeverity}>
            <option value="">any</option>
            {['low', 'medium', 'high', 'critical'].map((one) => (
              <option key={one} value={one}>
                {word(one)} or worse
              </option>
            ))}
          </SelectField>
          <NumberField title="% of assets" hint="risk" min={0.1} max={100} value={share} onChange={setShare} />
        </div>
        <Scope
          groups={groups}
          initiatives={initiatives}
          metrics={metrics}
          onGroups={setGroups}
          onInitiatives={setInitiatives}
          onMetrics={setMetrics}
        />
      </fieldset>
      <fieldset className="text-sm">
        <legend className="font-medium">Where to</legend>
        <div className="mt-1 grid gap-3 sm:grid-cols-[11rem_1fr]">
          <select aria-label="Channel" value={channel} onChange={(event) => setChannel(event.target.value)} className={fieldLook}>
            <option value="json">Webhook</option>
            <option value="slack">Slack</option>
            <option value="teams">Teams</option>
            <option value="mail">Mail</option>
          </select>
          {mail ? (
            <textarea
              required
              rows={2}
              aria-label="Mail addresses"
              placeholder="One mail address on each line"
              value={recipients}
              onChange={(event) => setRecipients(event.target.value)}
              className="block w-full rounded-md border border-line-strong bg-surface px-2 py-1.5 text-sm placeholder:text-ink-3"
            />
          ) : (
            <div className="flex flex-col gap-2">
              <input
                type="password"
                autoComplete="off"
                required={!held}
                aria-label="Address of the webhook"
                placeholder={held && to.channel === 'webhook' ? `https://${to.host}/… stays as it is` : 'https://…'}
                value={url}
                onChange={(event) => setUrl(event.target.value)}
                className={fieldLook}
              />
              {channel === 'json' && (
                <input
                  type="password"
                  autoComplete="off"
                  minLength={16}
                  aria-label="Key that signs the messages"
                  placeholder={rule?.signed ? 'The key stays as it is' : 'Key that signs the messages, at least 16 characters'}
                  value={key}
                  onChange={(event) => setKey(event.target.value)}
                  className={fieldLook}
                />
              )}
              <p className="text-xs text-ink-3">Address and key are kept sealed and never shown again.</p>
            </div>
          )}
        </div>
      </fieldset>
      <div className="grid gap-3 sm:grid-cols-4">
        <SelectField title="When" value={at} onChange={setAt}>
          <option value="at_once">At once</option>
          <option value="daily">Daily digest</option>
          <option value="weekly">Weekly digest</option>
        </SelectField>
        {at === 'weekly' && (
          <SelectField title="On" value={weekday} onChange={setWeekday}>
            {weekdays.map((one) => (
              <option key={one} value={one}>
                {word(one)}
              </option>
            ))}
          </SelectField>
        )}
        {at !== 'at_once' && <NumberField title="Hour" min={0} max={23} step={1} value={hour} onChange={setHour} />}
        <NumberField title="Not older than" hint="days" min={1} max={365} step={1} value={days} onChange={setDays} />
      </div>
      <Choice checked={organisation} onChange={setOrganisation}>
        Name the organisation in messages
      </Choice>
    </FormDialog>
  )
}

const toggled = (list: readonly string[], value: string, on: boolean): string[] =>
  on ? [...list, value] : list.filter((one) => one !== value)

/** Types of events, those of each feed together. */
function Types({ settings, types, onChange }: { settings: Settings; types: string[]; onChange: (types: string[]) => void }) {
  return (
    <fieldset className="text-sm">
      <legend className="font-medium">Which events</legend>
      <div className="mt-1 grid gap-x-4 rounded-md border border-line p-2 sm:grid-cols-2">
        {(['posture', 'risk'] as const).map((feed) => (
          <div key={feed}>
            <p className="px-2 pt-1 text-xs font-medium text-ink-3">{feed === 'posture' ? 'Posture events' : 'Risk feed'}</p>
            {settings.types
              .filter((type) => type.feed === feed && type.id !== 'score_beyond')
              .map((type) => (
                <Choice key={type.id} checked={types.includes(type.id)} onChange={(on) => onChange(toggled(types, type.id, on))}>
                  <span title={type.why}>{type.title}</span>
                </Choice>
              ))}
          </div>
        ))}
      </div>
    </fieldset>
  )
}

/** Values of scores that are not to be passed. */
function Limits({ limits, onChange }: { limits: Limit[]; onChange: (limits: Limit[]) => void }) {
  const initiatives = useAsk('/api/v1/initiatives')
  const set = (index: number, limit: Limit) => onChange(limits.map((one, place) => (place === index ? limit : one)))
  return (
    <fieldset className="text-sm">
      <legend className="font-medium">And when a score gets worse than a value</legend>
      <div className="mt-1 flex flex-col gap-2">
        {limits.map((limit, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- limits have no other name than their place
          <div key={index} className="flex items-center gap-2">
            <select
              aria-label="Score"
              value={limit.id ? `${limit.score}/${limit.id}` : limit.score}
              onChange={(event) => {
                const [score, ...id] = event.target.value.split('/')
                set(index, { ...limit, score: score as Limit['score'], id: id.join('/') })
              }}
              className={fieldLook}
            >
              <option value="exposure">Exposure score</option>
              <option value="secure">Secure score</option>
              {limit.score === 'metric' && <option value={`metric/${limit.id}`}>{limit.id}</option>}
              {initiatives.data?.items.map((one) => (
                <option key={one.id} value={`initiative/${one.id}`}>
                  {one.title}
                </option>
              ))}
            </select>
            <span className="text-ink-3">{limit.score === 'exposure' || limit.score === 'metric' ? 'above' : 'below'}</span>
            <input
              aria-label="Value"
              type="number"
              min={0}
              max={100}
              step="any"
              value={limit.worse_than}
              onChange={(event) => set(index, { ...limit, worse_than: Number(event.target.value) })}
              className={`${fieldLook} w-24`}
            />
            <Button look="quiet" aria-label="Remove" onClick={() => onChange(limits.filter((_, place) => place !== index))}>
              <X size={14} aria-hidden />
            </Button>
          </div>
        ))}
        <div>
          <Button look="quiet" onClick={() => onChange([...limits, { score: 'exposure', id: '', worse_than: 50 }])}>
            <Plus size={14} aria-hidden />
            Add a value
          </Button>
        </div>
      </div>
    </fieldset>
  )
}

/** Whom and what a rule is about; nothing chosen is everything. */
function Scope({
  groups,
  initiatives,
  metrics,
  onGroups,
  onInitiatives,
  onMetrics,
}: {
  groups: string[]
  initiatives: string[]
  metrics: string[]
  onGroups: (list: string[]) => void
  onInitiatives: (list: string[]) => void
  onMetrics: (list: string[]) => void
}) {
  const known = {
    groups: useAsk('/api/v1/scores/groups').data?.items.map(({ asset_group }) => ({ id: asset_group, title: asset_group })) ?? [],
    initiatives: useAsk('/api/v1/initiatives').data?.items ?? [],
    metrics: useAsk('/api/v1/metrics').data?.items ?? [],
  }
  const lists = [
    ['Asset groups', 'of risk events; such a rule tells no posture event', known.groups, groups, onGroups],
    ['Initiatives', 'of posture events, with their metrics', known.initiatives, initiatives, onInitiatives],
    ['Metrics', 'of posture events', known.metrics, metrics, onMetrics],
  ] as const
  return (
    <div className="mt-3 flex flex-col gap-1">
      {lists.map(([title, hint, options, chosen, onChange]) => (
        <details key={title} className="rounded-md border border-line px-2 py-1">
          <summary className="cursor-pointer py-0.5">
            {title}: {chosen.length === 0 ? 'all' : `${chosen.length} chosen`} <span className="text-xs text-ink-3">{hint}</span>
          </summary>
          <div className="grid max-h-44 overflow-y-auto sm:grid-cols-2">
            {options.map((one) => (
              <Choice key={one.id} checked={chosen.includes(one.id)} onChange={(on) => onChange(toggled(chosen, one.id, on))}>
                {one.title}
              </Choice>
            ))}
          </div>
        </details>
      ))}
    </div>
  )
}
