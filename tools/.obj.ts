const root='/work/main'
const { loadCatalog } = await import(root+'/src/insights/catalog.ts')
const { readFileSync } = await import('node:fs')
const c = loadCatalog(); let un: string[] = []; const n = new Map<string,number>(); const multi: string[] = []
for (const line of readFileSync('/tmp/controls.txt','utf8').trim().split('\n')) {
  const [control_id, title, category, fw] = line.split(' | ')
  if (!title) continue
  const frameworks = (fw??'').split(' ').filter(Boolean).map(x=>{const i=x.lastIndexOf(':');return {framework:x.slice(0,i),requirement:x.slice(i+1)}})
  const got = [...c.objectives.values()].filter(o=>o.pursues({control_id:control_id!,title,category:category??null,frameworks})).map(o=>o.id)
  for (const g of got) n.set(g,(n.get(g)??0)+1)
  if (!got.length) un.push(line); if (got.length>2) multi.push(got.join(',')+' <= '+line.slice(0,120))
}
console.log([...n].sort((a,b)=>b[1]-a[1])); console.log('unmatched',un.length); console.log(process.argv[2]==='multi'?multi.join('\n'):un.map(l=>l.slice(0,150)).join('\n'))
