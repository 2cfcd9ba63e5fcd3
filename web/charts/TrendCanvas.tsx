// oxlint-disable jsx-a11y/prefer-tag-over-role -- a drawing that is made here is no file for an img element
import { LineChart, ScatterChart } from 'echarts/charts'
import {
  DataZoomInsideComponent,
  DataZoomSliderComponent,
  GridComponent,
  MarkAreaComponent,
  MarkLineComponent,
  TooltipComponent,
} from 'echarts/components'
import { init, use as register } from 'echarts/core'
import type { EChartsCoreOption, ECharts } from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'
import { useEffect, useRef } from 'react'
import { counted, day as writeDay, fine, month, moveDay, shortDay } from '../format.ts'
import { useTheme } from '../theme.ts'
import { dotsOnLine, lineColors } from './trend.ts'
import type { TrendData, TrendDot } from './trend.ts'

register([
  LineChart,
  ScatterChart,
  GridComponent,
  TooltipComponent,
  MarkAreaComponent,
  MarkLineComponent,
  DataZoomInsideComponent,
  DataZoomSliderComponent,
  CanvasRenderer,
])

const color = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()

const element = (className: string, text = ''): HTMLElement => {
  const made = document.createElement('div')
  made.className = className
  made.textContent = text
  return made
}

/** A tooltip made of nodes, not of text with markup: the security policy forbids inline styles, and headlines come from reports. */
function tooltipOf(data: TrendData, day: string, values: readonly (number | null)[], dot: TrendDot | undefined): HTMLElement {
  const box = element('max-w-72 rounded-md border border-line bg-surface px-3 py-2 text-xs text-ink shadow-raised')
  box.append(element('text-ink-3', writeDay(day)))
  for (const [index, { title }] of [data.line, ...(data.others ?? [])].entries()) {
    const value = values[index] ?? null
    const row = element('mt-0.5 flex items-baseline justify-between gap-4')
    row.append(element('text-ink-2', title), element('num font-semibold', value === null ? 'nothing to score' : data.write(value)))
    box.append(row)
  }
  if (dot) {
    const told = dot.top ?? [{ headline: dot.headline, effect: null }]
    for (const [index, { headline, effect }] of told.entries()) {
      const line = element(`${index === 0 ? 'mt-1.5 border-t border-line pt-1.5' : 'mt-1'} flex items-baseline justify-between gap-3`)
      line.append(element('whitespace-normal text-ink', headline))
      if (effect)
        line.append(
          element(
            `num whitespace-nowrap ${effect > 0 ? 'text-worse' : 'text-better'}`,
            `${fine(Math.abs(effect))} ${effect > 0 ? 'worse' : 'better'}`,
          ),
        )
      box.append(line)
    }
    box.append(
      element(
        'mt-0.5 text-ink-3',
        dot.events > told.length
          ? `and ${counted(dot.events - told.length, 'more event')} · click to see all of this day`
          : 'click to see this day',
      ),
    )
  }
  return box
}

function optionOf(data: TrendData, brush: boolean, from: string, to: string): EChartsCoreOption {
  const dots = dotsOnLine(data.dots ?? [], data.line.points)
  const dotOf = new Map(dots.map(({ dot }) => [dot.day, dot]))
  const others = (data.others ?? []).map(({ title, points }) => ({
    title,
    valueOf: new Map(points.map((point) => [point.day, point.value])),
  }))
  const valueOf = new Map(data.line.points.map((point) => [point.day, point.value]))
  const [lowest, highest] = data.scale ?? [0, 100]
  const long = moveDay(from || '2000-01-01', 100) < to
  const text = { color: color('ink-3'), fontFamily: 'Inter Variable, sans-serif', fontSize: 11 }
  const zoom = { startValue: from, endValue: to, minValueSpan: 6 }
  return {
    animation: false,
    textStyle: text,
    grid: { left: 34, right: 14, top: 12, bottom: brush ? 58 : 24 },
    xAxis: {
      type: 'category',
      data: data.line.points.map((point) => point.day),
      boundaryGap: false,
      axisLine: { lineStyle: { color: color('line-strong') } },
      axisTick: { show: false },
      // months where there are many days, otherwise days
      axisLabel: {
        ...text,
        hideOverlap: true,
        interval: (_: number, day: string) => !long || day.endsWith('-01'),
        formatter: (day: string) => (long ? month(day) : shortDay(day)),
      },
      axisPointer: { lineStyle: { color: color('ink-3') } },
    },
    yAxis: {
      type: 'value',
      min: lowest,
      max: highest,
      interval: (highest - lowest) / 4,
      axisLabel: { ...text, formatter: (value: number) => (highest <= 1 ? `${Math.round(value * 100)} %` : String(value)) },
      splitLine: { lineStyle: { color: color('line') } },
    },
    tooltip: {
      trigger: 'axis',
      confine: true,
      padding: 0,
      borderWidth: 0,
      backgroundColor: 'transparent',
      extraCssText: 'box-shadow:none',
      formatter: (given: { axisValue?: string; name?: string } | { axisValue?: string; name?: string }[]) => {
        const first = Array.isArray(given) ? given[0] : given
        const day = first?.axisValue ?? first?.name ?? ''
        return tooltipOf(
          data,
          day,
          [valueOf, ...others.map((other) => other.valueOf)].map((values) => values.get(day) ?? null),
          dotOf.get(day),
        )
      },
    },
    dataZoom: [
      { type: 'inside', zoomOnMouseWheel: 'ctrl', moveOnMouseWheel: false, ...zoom },
      ...(brush
        ? [
            {
              type: 'slider',
              height: 22,
              bottom: 4,
              ...zoom,
              showDetail: false,
              brushSelect: true,
              borderColor: color('line'),
              fillerColor: 'rgba(80,140,210,0.14)',
              backgroundColor: 'transparent',
              handleStyle: { color: color('surface'), borderColor: color('accent') },
              moveHandleSize: 4,
              moveHandleStyle: { color: color('line-strong'), opacity: 1 },
              emphasis: { handleStyle: { borderColor: color('accent') }, moveHandleStyle: { color: color('accent') } },
              dataBackground: { lineStyle: { color: color('line-strong') }, areaStyle: { color: color('line') } },
              selectedDataBackground: { lineStyle: { color: color('accent') }, areaStyle: { color: color('accent-soft') } },
            },
          ]
        : []),
    ],
    series: [
      {
        type: 'line',
        name: data.line.title,
        data: data.line.points.map((point) => point.value),
        step: false,
        // a line of one day would be nothing to see
        showSymbol: data.line.points.filter((point) => point.value !== null).length === 1,
        symbol: 'circle',
        symbolSize: 7,
        connectNulls: false,
        sampling: 'lttb',
        lineStyle: { color: color('accent'), width: 2 },
        itemStyle: { color: color('accent') },
        emphasis: { disabled: true },
        z: 3,
        markArea: {
          silent: true,
          data: (data.zones ?? []).map((zone) => [
            { yAxis: zone.from, itemStyle: { color: color(`zone-${zone.tone}`), opacity: zone.tone === 'medium' ? 0.05 : 0.09 } },
            { yAxis: zone.to },
          ]),
        },
        ...(data.target === null || data.target === undefined
          ? {}
          : {
              markLine: {
                silent: true,
                symbol: 'none',
                lineStyle: { color: color('ink-2'), type: [2, 3], width: 1.5 },
                label: { ...text, color: color('ink-2'), position: 'insideEndTop', formatter: `target ${data.write(data.target)}` },
                data: [{ yAxis: data.target }],
              },
            }),
      },
      {
        type: 'scatter',
        name: 'Events',
        data: dots.map(({ dot, value }) => [dot.day, value]),
        // over many days the dots lie close: smaller, so that the line stays visible
        symbolSize: (_: unknown, { dataIndex }: { dataIndex: number }) =>
          (long ? 4.5 : 7) + Math.min(4, Math.sqrt(dots[dataIndex]?.dot.events ?? 1) - 1),
        itemStyle: { color: color('exposed'), borderColor: color('surface'), borderWidth: long ? 0.75 : 1.5, opacity: long ? 0.85 : 1 },
        cursor: 'pointer',
        z: 5,
      },
      ...others.map((other, index) => ({
        type: 'line' as const,
        name: other.title,
        data: data.line.points.map((point) => other.valueOf.get(point.day) ?? null),
        showSymbol: false,
        connectNulls: false,
        sampling: 'lttb' as const,
        lineStyle: { color: color(lineColors[(index + 1) % lineColors.length]!), width: 1.75 },
        itemStyle: { color: color(lineColors[(index + 1) % lineColors.length]!) },
        emphasis: { disabled: true },
        z: 2,
      })),
    ],
  }
}

/** Draws a trend. Its parent gives the same figures as a table, because to a screen reader this is one picture. */
export function TrendCanvas({
  data,
  label,
  height,
  brush,
  from,
  to,
  onDay,
  onZoom,
}: {
  data: TrendData
  label: string
  height: number
  brush: boolean
  from: string
  to: string
  onDay?: ((day: string) => void) | undefined
  onZoom?: ((from: string, to: string) => void) | undefined
}) {
  const box = useRef<HTMLDivElement>(null)
  const chart = useRef<ECharts | null>(null)
  const { dark } = useTheme()
  const calls = useRef({ onDay, onZoom, data })
  useEffect(() => {
    calls.current = { onDay, onZoom, data }
  })
  useEffect(() => {
    const made = init(box.current!, null, { renderer: 'canvas' })
    chart.current = made
    made.on('click', { seriesIndex: 1 }, (event) => {
      const day = Array.isArray(event.value) ? String(event.value[0]) : ''
      if (day) calls.current.onDay?.(day)
    })
    let timer: ReturnType<typeof setTimeout> | undefined
    made.on('datazoom', () => {
      clearTimeout(timer)
      timer = setTimeout(() => {
        const zoom = (made.getOption()['dataZoom'] as { startValue: number; endValue: number }[])[0]
        const points = calls.current.data.line.points
        const first = points[zoom?.startValue ?? 0]?.day
        const last = points[zoom?.endValue ?? points.length - 1]?.day
        if (first && last) calls.current.onZoom?.(first, last)
      }, 250)
    })
    const observer = new ResizeObserver(() => made.resize())
    observer.observe(box.current!)
    return () => {
      clearTimeout(timer)
      observer.disconnect()
      made.dispose()
    }
  }, [])
  useEffect(() => {
    chart.current?.setOption(optionOf(data, brush, from, to), { notMerge: true })
  }, [data, brush, from, to, dark])
  return <div ref={box} role="img" aria-label={label} className="w-full" style={{ height }} />
}
