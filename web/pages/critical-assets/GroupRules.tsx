import { useQueryClient } from '@tanstack/react-query'
import { ArrowDown, ArrowUp, Pencil, Plus, X } from 'lucide-react'
import { useState } from 'react'
import { addressOf, send, useAsk } from '../../api.ts'
import type { Answer } from '../../api.ts'
import { useMoment } from '../../address.ts'
import { count } from '../../format.ts'
import { Chip } from '../../components/Badge.tsx'
import { Button } from '../../components/Button.tsx'
import { Field, fieldLook } from '../../components/fields.tsx'
import { FormDialog } from '../../components/FormDialog.tsx'
import { Empty, Loading, Problem } from '../../components/Problem.tsx'
import { To } from '../../components/To.tsx'
import { ExposureValue } from '../../components/Badge.tsx'
import { idFrom } from './EditClassification.tsx'
import { QueryBuilder } from './QueryBuilder.tsx'
import { RulePreview } from './RulePreview.tsx'

type Rule = Answer<'/api/v1/group-rules'>['items'][number]

/** Rules that put assets into groups, in their order, and the groups that there are. */
export function GroupRules() {
  const { org } = useMoment()
  const client = useQueryClient()
  const { data, error, refetch } = useAsk('/api/v1/group-rules')
  const groups = useAsk('/api/v1/scores/groups')
  const [edited, setEdited] = useState<Rule | 'new' | null>(null)
  const [failure, setFailure] = useState<string | null>(null)
  if (error) return <Problem error={error} retry={() => void refetch()} />
  if (!data) return <Loading />
  const rules = data.items
  const save = async (next: Omit<Rule, 'position' | 'words' | 'assets'>[]) => {
    await send('PUT', addressOf('/api/v1/group-rules', {}, { org }), {
      items: next.map(({ id, group, on, when }) => ({ id, group, on, when })),
    })
    await client.invalidateQueries()
  }
  const quick = (next: Rule[]) => {
    setFailure(null)
    save(next).catch((reason: unknown) => setFailure(reason instanceof Error ? reason.message : String(reason)))
  }
  const move = (index: number, by: number) => {
    const next = [...rules]
    const [rule] = next.splice(index, 1)
    next.splice(index + by, 0, rule!)
    quick(next)
  }
  return (
    <div className="grid grid-cols-12 gap-6">
      <section aria-label="Group rules" className="col-span-12 xl:col-span-8">
        <div className="mb-2 flex items-center gap-3">
          <p className="flex-1 text-sm text-ink-2">
            The first rule that fits an asset gives its group. A group set by hand counts more, one that a source states less.
          </p>
          <Button look="primary" onClick={() => setEdited('new')}>
            <Plus size={14} aria-hidden />
            New rule
          </Button>
        </div>
        {failure && (
          <p role="alert" className="mb-2 text-sm text-worse">
            {failure}
          </p>
        )}
        {rules.length === 0 ? (
          <div className="rounded-lg border border-line bg-surface">
            <Empty title="No group rule">
              Groups are those that sources state or people set. A rule puts assets into one by what is known of them.
            </Empty>
          </div>
        ) : (
          <ol className="rounded-lg border border-line bg-surface text-sm">
            {rules.map((rule, index) => (
              <li key={rule.id} className="flex items-center gap-3 border-line px-4 py-2 not-first:border-t">
                <span className="num w-5 text-ink-3">{index + 1}</span>
                <div className="min-w-0 flex-1">
                  <p className="font-medium">
                    {rule.group} {!rule.on && <Chip>Off</Chip>}
                  </p>
                  <p className="truncate text-xs text-ink-3" title={rule.words}>
                    {rule.words}
                  </p>
                </div>
                <span className="num text-ink-2">{count(rule.assets)} fit</span>
                <Button look="quiet" aria-label={`Move ${rule.group} up`} disabled={index === 0} onClick={() => move(index, -1)}>
                  <ArrowUp size={14} aria-hidden />
                </Button>
                <Button
                  look="quiet"
                  aria-label={`Move ${rule.group} down`}
                  disabled={index === rules.length - 1}
                  onClick={() => move(index, 1)}
                >
                  <ArrowDown size={14} aria-hidden />
                </Button>
                <Button look="quiet" aria-label={`Edit ${rule.group}`} onClick={() => setEdited(rule)}>
                  <Pencil size={14} aria-hidden />
                </Button>
                <Button look="quiet" aria-label={`Delete ${rule.group}`} onClick={() => quick(rules.filter((each) => each.id !== rule.id))}>
                  <X size={14} aria-hidden />
                </Button>
              </li>
            ))}
          </ol>
        )}
      </section>
      <section aria-label="Groups" className="col-span-12 xl:col-span-4">
        <h2 className="mb-2 text-sm font-semibold">Groups and their exposure</h2>
        <ul className="rounded-lg border border-line bg-surface text-sm">
          {groups.data?.items.map((one) => (
            <li key={one.asset_group} className="flex items-center gap-3 border-line px-4 py-2 not-first:border-t">
              <To page="/assets" change={{ group: [one.asset_group] }} className="link min-w-0 flex-1 truncate">
                {one.asset_group}
              </To>
              <span className="num text-ink-3">{count(one.assets)}</span>
              <span className="w-32">
                <ExposureValue value={one.value} />
              </span>
            </li>
          ))}
          {groups.data?.items.length === 0 && <li className="px-4 py-3 text-ink-3">No asset is in a group.</li>}
        </ul>
      </section>
      {edited && (
        <EditGroupRule
          edited={edited === 'new' ? null : edited}
          onClose={() => setEdited(null)}
          save={(rule) =>
            save(edited === 'new' ? [...rules, rule] : rules.map((each) => (each.id === rule.id ? { ...each, ...rule } : each)))
          }
          taken={rules.map(({ id }) => id)}
        />
      )}
    </div>
  )
}

function EditGroupRule({
  edited,
  taken,
  save,
  onClose,
}: {
  edited: Rule | null
  taken: string[]
  save: (rule: Omit<Rule, 'position' | 'words' | 'assets'>) => Promise<void>
  onClose: () => void
}) {
  const [group, setGroup] = useState(edited?.group ?? '')
  const [on, setOn] = useState(edited?.on ?? true)
  const [when, setWhen] = useState<Record<string, unknown> | null>(edited?.when ?? null)
  return (
    <FormDialog
      open
      wide
      onClose={onClose}
      title={edited ? 'Edit group rule' : 'New group rule'}
      action="Save"
      ready={when !== null && group.trim() !== ''}
      onSubmit={() => save({ id: edited?.id ?? idFrom(group, taken), group: group.trim(), on, when: when! })}
    >
      <div className="grid grid-cols-[1fr_8rem] gap-3">
        <Field title="Group">
          <input required maxLength={200} value={group} onChange={(event) => setGroup(event.target.value)} className={fieldLook} />
        </Field>
        <Field title="Status">
          <select value={on ? 'on' : 'off'} onChange={(event) => setOn(event.target.value === 'on')} className={fieldLook}>
            <option value="on">On</option>
            <option value="off">Off</option>
          </select>
        </Field>
      </div>
      <fieldset className="rounded-lg border border-line p-3">
        <legend className="px-1 text-sm font-medium">Which assets</legend>
        <QueryBuilder value={edited?.when ?? { 'asset.name': '~' }} onChange={setWhen} />
      </fieldset>
      <RulePreview clues={when === null ? null : [{ when, certainty: 100 }]} threshold={1} />
    </FormDialog>
  )
}
