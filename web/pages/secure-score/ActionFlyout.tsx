import { Check, ExternalLink, Minus, X } from 'lucide-react'
import { useState } from 'react'
import type { ReactNode, SubmitEvent } from 'react'
import { useAsk } from '../../api.ts'
import type { Answer } from '../../api.ts'
import { useMoment } from '../../address.ts'
import { ShareBar } from '../../charts/ShareBar.tsx'
import { count, counted, day, fine, instant, points, score, word } from '../../format.ts'
import { Chip, SeverityBadge } from '../../components/Badge.tsx'
import { Button } from '../../components/Button.tsx'
import { Facts } from '../../components/Card.tsx'
import { Flyout } from '../../components/Flyout.tsx'
import { OutLink, PlainText } from '../../components/Foreign.tsx'
import { Empty, Loading, Problem } from '../../components/Problem.tsx'
import { TabStrip } from '../../components/TabStrip.tsx'
import { To } from '../../components/To.tsx'
import { ActivityLine } from './ActivityLine.tsx'
import { EditAction } from './EditAction.tsx'
import { EditStatus } from './EditStatus.tsx'
import { useSend } from './send.ts'
import { RegressedChip, StatusChip } from './StatusChip.tsx'
import { lockedWords, unscoredWords } from './words.ts'

type Detail = Answer<'/api/v1/secure-score/actions/{action_id}'>

/** One recommended action in a drawer. An empty id shows nothing. */
export function ActionFlyout({ id, onClose }: { id: string; onClose: () => void }) {
  const { data, error, refetch } = useAsk('/api/v1/secure-score/actions/{action_id}', { path: { action_id: id }, enabled: id !== '' })
  const { as_of, known_at } = useMoment()
  const [editing, setEditing] = useState<'status' | 'worth' | null>(null)
  const past = Boolean(as_of || known_at)
  return (
    <>
      <Flyout
        open={id !== ''}
        onClose={onClose}
        kind="Recommended action"
        title={data ? `${data.title}${data.instance === null ? '' : ` (${data.instance})`}` : 'Recommended action'}
        wide
      >
        {error ? (
          <Problem error={error} retry={() => void refetch()} />
        ) : data ? (
          <>
            <div className="mb-3 flex flex-wrap items-center gap-2">
              <StatusChip action={data} />
              {data.regressed && <RegressedChip />}
              {data.severity && <SeverityBadge severity={data.severity} />}
              <span className="flex-1" />
              <Button
                disabled={data.locked !== null || past}
                onClick={() => setEditing('status')}
                title={
                  past ? 'The past is only read: go back to today to set a status' : data.locked ? lockedWords[data.locked] : undefined
                }
              >
                Edit status & action plan
              </Button>
              {!data.total_only && (
                <Button disabled={past} onClick={() => setEditing('worth')}>
                  Edit points & details
                </Button>
              )}
            </div>
            {data.locked && data.locked !== 'action_completed' && (
              <p className="mb-3 rounded-lg bg-sunken px-3 py-2 text-sm text-ink-2">
                {lockedWords[data.locked]}{' '}
                {data.locked === 'action_follows_exceptions' && (
                  <To page="/exceptions" change={{ add: '1', kind: 'control', subject: data.checks[0]?.control_id ?? '' }}>
                    Add an exception
                  </To>
                )}
              </p>
            )}
            <TabStrip
              label="Recommended action"
              tabs={[
                { id: 'general', title: 'General', content: <General action={data} /> },
                {
                  id: 'entities',
                  title: 'Exposed entities',
                  amount: data.entities.filter((each) => each.status === 'fail').length,
                  content: <Entities action={data} />,
                },
                { id: 'implementation', title: 'Implementation', content: <Implementation action={data} /> },
                { id: 'history', title: 'History', amount: data.history.length, content: <History action={data} /> },
              ]}
            />
          </>
        ) : (
          <Loading className="h-96" />
        )}
      </Flyout>
      {editing === 'status' && data && <EditStatus actions={[data]} onClose={() => setEditing(null)} />}
      {editing === 'worth' && data && (
        <EditAction
          action={data}
          onClose={() => setEditing(null)}
          onGone={() => {
            setEditing(null)
            onClose()
          }}
        />
      )}
    </>
  )
}

/** The sentence of what is measured now. */
function currentStatus(action: Detail): string {
  if (action.unscored) return `${unscoredWords[action.unscored]}.`
  if (action.counted !== null && action.met !== null) return `${count(action.met)} of ${count(action.counted)} meet it.`
  const asked = action.passed + action.failed
  if (asked > 1) return `Met on ${count(action.passed)} of ${counted(asked, 'asset')}.`
  return action.failed > 0 ? 'Not met.' : 'Met.'
}

function General({ action }: { action: Detail }) {
  const facts: [string, ReactNode][] = [
    [
      'Points achieved',
      action.max_points === null ? (
        'Not scored'
      ) : (
        <span key="points" className="flex items-center gap-2">
          <ShareBar share={action.max_points > 0 ? (action.points ?? 0) / action.max_points : null} className="w-16" />
          <span className="num">
            {points(action.points)} of {points(action.max_points)}
          </span>
        </span>
      ),
    ],
    ['Score impact', action.score_impact === null ? '–' : `${fine(action.score_impact)} %`],
    [
      'History',
      <To key="history" page="/secure-score/history" change={{ action: action.action_id }}>
        {counted(action.history.length, 'event')}
      </To>,
    ],
    [
      'Category',
      action.source_category && action.source_category !== action.category
        ? `${action.category} (${action.source_category})`
        : action.category,
    ],
    ['Product', action.product ?? '–'],
    ['Protects against', action.threats.length ? action.threats.join(', ') : '–'],
    ['User impact', action.user_impact ? word(action.user_impact) : '–'],
    ['Difficulty', action.difficulty ? word(action.difficulty) : '–'],
    ['Users affected', action.counted === null ? '–' : count(action.counted)],
    ['Licence', action.licence ?? '–'],
    ['Have licence', action.licensed === null ? 'Nobody said' : action.licensed ? 'Yes' : 'No'],
    ['Last synced', instant(action.synced_at)],
    ['Assigned to', action.assigned_to ?? '–'],
    ['Source', action.sources.join(', ')],
  ]
  return (
    <div className="flex flex-col gap-5">
      <section aria-label="Implementation status">
        <h3 className="mb-1 text-sm font-semibold">Implementation status</h3>
        <p className="text-sm">{currentStatus(action)}</p>
        {action.evidence && <p className="mt-0.5 max-w-prose text-sm break-words text-ink-2">{action.evidence}</p>}
        {action.regressed && (
          <p className="mt-1 text-sm text-worse">
            {points(action.lost_points)} points lost and not regained, last on {day(action.regressed_on)}.
          </p>
        )}
        {action.set_at && (
          <p className="mt-1 text-sm text-ink-2">
            Set by {action.set_by} on {instant(action.set_at)}
            {action.reason ? `: ${action.reason}` : ''}
          </p>
        )}
        {action.note && <PlainText text={action.note} />}
      </section>
      {action.description && (
        <section aria-label="Description">
          <h3 className="mb-1 text-sm font-semibold">Description</h3>
          <PlainText text={action.description} />
        </section>
      )}
      {action.user_impact_text && (
        <section aria-label="User impact">
          <h3 className="mb-1 text-sm font-semibold">User impact</h3>
          <PlainText text={action.user_impact_text} />
        </section>
      )}
      <Facts facts={facts} />
      <TagsAndNotes key={`${action.tags.join()} ${action.notes}`} action={action} />
      {action.frameworks.length > 0 && (
        <section aria-label="Frameworks">
          <h3 className="mb-1.5 text-sm font-semibold">Frameworks</h3>
          <ul className="flex flex-wrap gap-1.5">
            {action.frameworks.map((one) => (
              <li key={`${one.framework} ${one.requirement}`}>
                <Chip>
                  {one.framework} {one.requirement}
                </Chip>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  )
}

function TagsAndNotes({ action }: { action: Detail }) {
  const { as_of, known_at } = useMoment()
  const post = useSend()
  const [tags, setTags] = useState(action.tags.join(', '))
  const [notes, setNotes] = useState(action.notes ?? '')
  const [failure, setFailure] = useState<string | null>(null)
  const past = Boolean(as_of || known_at)
  const save = async (event: SubmitEvent) => {
    event.preventDefault()
    setFailure(null)
    const list = [
      ...new Set(
        tags
          .split(',')
          .map((tag) => tag.trim())
          .filter((tag) => tag !== ''),
      ),
    ]
    try {
      await post('descriptions', {
        actions: [{ action_id: action.action_id, body: { tags: list.length ? list : null, notes: notes.trim() ? notes : null } }],
      })
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error))
    }
  }
  if (action.total_only) return null
  return (
    <form onSubmit={(event) => void save(event)} className="flex flex-col gap-2 text-sm">
      <label>
        <span className="font-semibold">Tags</span> <span className="text-xs text-ink-3">with commas between</span>
        <input
          value={tags}
          disabled={past}
          onChange={(event) => setTags(event.target.value)}
          className="mt-1 block h-8 w-full rounded-md border border-line-strong bg-surface px-2"
        />
      </label>
      <label>
        <span className="font-semibold">Notes</span>
        <textarea
          rows={2}
          value={notes}
          disabled={past}
          onChange={(event) => setNotes(event.target.value)}
          className="mt-1 block w-full rounded-md border border-line-strong bg-surface px-2 py-1"
        />
      </label>
      {failure && (
        <p role="alert" className="text-worse">
          {failure}
        </p>
      )}
      {(tags !== action.tags.join(', ') || notes !== (action.notes ?? '')) && (
        <Button type="submit" className="self-start">
          Save tags and notes
        </Button>
      )}
    </form>
  )
}

function Entities({ action }: { action: Detail }) {
  if (action.entities.length === 0) return <Empty title="No result">No report says yet how your assets meet this.</Empty>
  const several = action.checks.length > 1
  return (
    <ul className="divide-y divide-line">
      {action.entities.map((each) => (
        <li key={`${each.asset_id} ${each.control_id} ${each.since}`} className="py-2 text-sm">
          <div className="flex items-center gap-3">
            <To page={`/assets/${each.asset_id}`} className="link min-w-0 flex-1 truncate font-medium">
              {each.asset_name}
            </To>
            {each.total !== null && (
              <span className="num text-xs text-ink-2">
                {count(each.passed ?? 0)} of {count(each.total)}
              </span>
            )}
            <Chip {...(each.status === 'pass' ? { tone: 'better' as const } : each.status === 'fail' ? { tone: 'worse' as const } : {})}>
              {word(each.status)}
            </Chip>
            <span className="num w-24 text-right text-xs text-ink-3">{day(each.since)}</span>
          </div>
          {several && <p className="mt-0.5 font-mono text-xs break-all text-ink-3">{each.control_id}</p>}
          {each.evidence && <p className="mt-0.5 text-xs break-words text-ink-3">{each.evidence}</p>}
        </li>
      ))}
    </ul>
  )
}

function Implementation({ action }: { action: Detail }) {
  return (
    <div className="flex flex-col gap-5 text-sm">
      {action.prerequisites.length > 0 && (
        <section aria-label="Prerequisites">
          <h3 className="mb-1 font-semibold">Prerequisites</h3>
          <ul className="flex flex-col gap-1">
            {action.prerequisites.map(({ text, met, action_id }) => (
              <li key={text} className="flex items-start gap-2">
                {met === true ? (
                  <Check size={15} className="mt-0.5 text-better" aria-label="Met" />
                ) : met === false ? (
                  <X size={15} className="mt-0.5 text-worse" aria-label="Not met" />
                ) : (
                  <Minus size={15} className="mt-0.5 text-ink-3" aria-label="Not known" />
                )}
                {action_id === null ? (
                  text
                ) : (
                  <To page="/secure-score/actions" change={{ open: action_id }} className="link">
                    {text}
                  </To>
                )}
              </li>
            ))}
          </ul>
        </section>
      )}
      <section aria-label="Next steps">
        <h3 className="mb-1 font-semibold">Next steps</h3>
        {action.steps.length > 0 ? (
          <ol className="list-decimal space-y-1 pl-5">
            {action.steps.map((step) => (
              <li key={step}>{step}</li>
            ))}
          </ol>
        ) : action.remediation ? (
          <PlainText text={action.remediation} />
        ) : (
          <p className="text-ink-3">No source says how it is done.</p>
        )}
      </section>
      {action.url && (
        <a
          href={action.url}
          target="_blank"
          rel="noreferrer noopener"
          className="link inline-flex items-center gap-1.5 self-start font-medium"
        >
          Manage in {action.product ?? action.sources[0] ?? 'its product'} <span className="text-ink-3">({new URL(action.url).host})</span>
          <ExternalLink size={13} aria-label="opens in a new tab" />
        </a>
      )}
      <section aria-label="Checks">
        <h3 className="mb-1 font-semibold">{action.checks.length > 1 ? 'Met by any of these checks' : 'Check'}</h3>
        <ul className="divide-y divide-line">
          {action.checks.map((check) => (
            <li key={check.control_id} className="py-1.5">
              <p>{check.title}</p>
              <p className="font-mono text-xs break-all text-ink-3">{check.control_id}</p>
              <p className="text-xs text-ink-2">
                {check.source}: met on {count(check.passed)}, not met on {count(check.failed)}
                {check.not_run > 0 ? `, did not run on ${count(check.not_run)}` : ''}
              </p>
              {check.url && action.checks.length > 1 && <OutLink href={check.url} />}
            </li>
          ))}
        </ul>
      </section>
      <Share action={action} />
    </div>
  )
}

/** Ways to hand an action on: a mail, or text to paste into a chat or a task. */
function Share({ action }: { action: Detail }) {
  const [copied, setCopied] = useState(false)
  const text = `${action.title}\n${currentStatus(action)}${action.max_points === null ? '' : ` ${points(action.points)} of ${points(action.max_points)} points.`}\n${window.location.href}`
  return (
    <section aria-label="Share">
      <h3 className="mb-1 font-semibold">Share</h3>
      <p className="flex flex-wrap gap-3">
        <a className="link" href={`mailto:?subject=${encodeURIComponent(action.title)}&body=${encodeURIComponent(text)}`}>
          Mail
        </a>
        <button
          type="button"
          className="link"
          onClick={() => {
            void navigator.clipboard.writeText(text).then(() => setCopied(true))
          }}
        >
          <span aria-live="polite">{copied ? 'Copied' : 'Copy for a chat or a task'}</span>
        </button>
      </p>
    </section>
  )
}

function History({ action }: { action: Detail }) {
  if (action.history.length === 0)
    return <Empty title="Nothing happened yet">This action has been as it is since it was first measured.</Empty>
  return (
    <ul className="divide-y divide-line">
      {action.history.map((activity, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- an activity has no id, and the list never changes its order
        <ActivityLine key={index} activity={activity} effect={score(Math.abs(activity.effect))} />
      ))}
    </ul>
  )
}
