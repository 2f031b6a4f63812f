// Makes the calls of the portal's builder with the makers' own clients and judges what comes back.
//   node judge.mjs elastic9|elastic8|elastic7|opensearch URL USER PASSWORD [wrong]
// One line for each call: "ok CALL" or "FAIL CALL: why". "wrong" expects the client to refuse the server.
import assert from 'node:assert/strict';

const [kind, node, username, password, mode] = process.argv.slice(2);
const packages = { elastic9: '@elastic/elasticsearch', elastic8: 'elasticsearch8', elastic7: 'elasticsearch7', opensearch: '@opensearch-project/opensearch' };
const { Client } = await import(packages[kind]).then(m => m.default ?? m);
const client = new Client({ node, auth: { username, password }, maxRetries: 0 });
const open = kind === 'opensearch';
// 7's and OpenSearch's clients take the body apart from the parameters and give {body, statusCode, headers}.
const apart = open || kind === 'elastic7';
const call = async (name, params, body) => {
  const path = name.split('.');
  const method = path.pop();
  const owner = path.reduce((o, p) => o[p], client);
  const answer = await (apart ? owner[method](body === undefined ? params : { ...params, body }) : owner[method]({ ...params, ...body }));
  return apart ? answer.body : answer;
};
let failed = 0;
const judge = async (name, test) => {
  try {
    await test();
    console.log(`ok ${name}`);
  } catch (e) {
    failed++;
    console.log(`FAIL ${name}: ${e.name} ${e.message}`.slice(0, 600).replaceAll('\n', ' '));
  }
};
const refused = async (promise, status, type) => {
  const e = await promise.then(() => null, x => x);
  assert.ok(e, 'it was answered');
  assert.equal(e.statusCode, status, `${e.name} ${e.message}`);
  const error = (e.body ?? e.meta?.body)?.error;
  assert.ok(error?.root_cause?.some(c => c.type === type), `${JSON.stringify(error)} is no ${type}`);
};
if (mode === 'wrong') {
  const e = await client.count({ index: '*' }).then(() => null, x => x);
  console.log(e ? `refused ${e.name} ${e.statusCode ?? ''} ${e.message}`.slice(0, 300) : 'FAIL it was answered');
  process.exit(e ? 0 : 1);
}

const index = 'logstash-*';
const to = (await call('search', { index }, { size: 1, sort: [{ '@timestamp': 'desc' }] })).hits.hits[0]._source['@timestamp'];
const from = new Date(Date.parse(to) - 3_600_000).toISOString();
const range = { range: { '@timestamp': { gte: from, lte: to, format: 'strict_date_optional_time' } } };
const field = 'kubernetes.namespace_name.keyword';
const query = text => ({ bool: { filter: [range, { term: { [field]: 'default' } }], must: [{ query_string: { query: text, fields: ['log'], default_operator: 'and', analyze_wildcard: true, lenient: true } }] } });
const sort = [{ '@timestamp': { order: 'desc', unmapped_type: 'date' } }, { _doc: 'desc' }];

await judge('info', async () => {
  const info = await call('info', {});
  assert.match(info.version.number, /^\d+\.\d+\.\d+/);
  assert.equal(info.version.distribution, open ? 'opensearch' : undefined);
});
await judge('cluster.health', async () => assert.ok(['green', 'yellow'].includes((await call('cluster.health', {})).status)));
await judge('cat.indices', async () => {
  const rows = await call('cat.indices', { index, format: 'json', bytes: open || kind === 'elastic7' ? 'b' : 'b', h: 'index,health,status,pri,rep,docs.count,store.size' });
  assert.ok(rows.length > 0 && rows.every(r => typeof r['docs.count'] === 'string' && r.index.startsWith('logstash-')));
});
await judge('fieldCaps', async () => {
  const caps = await call('fieldCaps', { index, fields: '*', ignore_unavailable: true, allow_no_indices: true });
  assert.equal(caps.fields['@timestamp'].date.aggregatable, true);
  assert.equal(caps.fields.log.text.searchable, true);
  assert.ok(Array.isArray(caps.indices));
});
await judge('search', async () => {
  const answer = await call('search', { index, ignore_unavailable: true, allow_no_indices: true, preference: 'abc' }, {
    size: 20, track_total_hits: 10000, timeout: '15s', query: query('"request served" AND NOT healthz'), sort,
    highlight: { pre_tags: ['\u0001'], post_tags: ['\u0002'], fields: { log: { number_of_fragments: 0 } } },
    aggs: { t: { date_histogram: { field: '@timestamp', fixed_interval: '1m', min_doc_count: 0, extended_bounds: { min: Date.parse(from), max: Date.parse(to) } },
      aggs: { s: { filters: { filters: { error: { match: { log: 'error' } } } } } } } },
  });
  assert.equal(answer.timed_out, false);
  assert.equal(answer._shards.failed, 0);
  assert.equal(answer.hits.total.relation, 'eq');
  assert.equal(answer.hits.hits.length, 20);
  for (const hit of answer.hits.hits) {
    assert.equal(hit._source.kubernetes.namespace_name, 'default');
    assert.match(hit.highlight.log[0], /\u0001request\u0002 \u0001served\u0002/);
    assert.ok(!hit._source.log.includes('healthz'));
    assert.equal(hit.sort.length, 2);
    assert.equal(hit._type, kind === 'elastic7' ? '_doc' : undefined);
  }
  const buckets = answer.aggregations.t.buckets;
  assert.ok(buckets.length >= 60 && buckets.every(b => b.key % 60000 === 0 && typeof b.key_as_string === 'string' && b.s.buckets.error.doc_count >= 0));
  assert.equal(buckets.reduce((n, b) => n + b.doc_count, 0), answer.hits.total.value);
});
await judge('search_after', async () => {
  const seen = new Set();
  let after, total;
  for (let page = 0; page < 100; page++) {
    const answer = await call('search', { index }, { size: 40, query: query('level'), sort, ...(after ? { search_after: after } : {}) });
    total ??= answer.hits.total.value;
    if (answer.hits.hits.length === 0) break;
    answer.hits.hits.forEach(h => seen.add(h._index + h._id));
    after = answer.hits.hits.at(-1).sort;
  }
  assert.equal(seen.size, total);
  assert.ok(total > 100, `${total}`);
});
await judge('point in time', async () => {
  const pit = open ? (await call('createPit', { index, keep_alive: '1m' })).pit_id : (await call('openPointInTime', { index, keep_alive: '1m' })).id;
  assert.equal(typeof pit, 'string');
  const seen = new Set();
  let after, total;
  for (let page = 0; page < 100; page++) {
    const answer = await call('search', {}, { size: 40, pit: { id: pit, keep_alive: '1m' }, query: query('level'), sort: [{ '@timestamp': 'desc' }], ...(after ? { search_after: after } : {}) });
    assert.equal(typeof answer.pit_id, 'string');
    total ??= answer.hits.total.value;
    if (answer.hits.hits.length === 0) break;
    if (!open) assert.equal(answer.hits.hits[0].sort.length, 2, 'the tie-breaker');
    answer.hits.hits.forEach(h => seen.add(h._index + h._id));
    after = answer.hits.hits.at(-1).sort;
  }
  if (!open) assert.equal(seen.size, total);
  const closed = open ? await call('deletePit', {}, { pit_id: [pit] }) : await call('closePointInTime', {}, { id: pit });
  assert.ok(open ? closed.pits[0].successful : closed.succeeded);
});
await judge('msearch', async () => {
  const searches = [{ index }, { size: 3, query: query('error') }, { index: 'nope' }, { size: 1 }];
  const { responses } = await call('msearch', {}, apart ? searches : { searches });
  assert.equal(responses.length, 2);
  assert.equal(responses[0].status, 200);
  assert.equal(responses[0].hits.hits.length, 3);
  assert.equal(responses[1].status, 404);
  assert.equal(responses[1].error.type, 'index_not_found_exception');
});
await judge('count', async () => {
  const { count, _shards } = await call('count', { index }, { query: query('error') });
  assert.ok(count > 0 && _shards.failed === 0);
});
await judge('404', () => refused(call('search', { index: 'nope' }, { size: 1 }), 404, 'index_not_found_exception'));
await judge('400 query_string', () => refused(call('search', { index }, { query: query('AND (') }), 400, 'query_shard_exception'));
await judge('400 window', () => refused(call('search', { index }, { from: 10000, size: 1 }), 400, 'illegal_argument_exception'));
await judge('400 unknown query', () => refused(call('search', { index }, { query: { nonsense: {} } }), 400, 'parsing_exception'));

// The test throws the switches between these.
const wait = () => new Promise(go => process.stdin.once('data', go));
console.log('shards');
await wait();
await judge('partial', async () => {
  const answer = await call('search', { index }, { size: 5, query: range });
  assert.equal(answer.timed_out, true);
  assert.ok(answer._shards.failed > 0 && answer._shards.failures.length === answer._shards.failed && answer._shards.failures[0].reason.type.length > 0);
  assert.equal(answer._shards.total, answer._shards.successful + answer._shards.failed);
});
console.log('rejects');
await wait();
await judge('429', () => refused(call('search', { index }, { size: 1 }), 429, 'es_rejected_execution_exception'));
process.exit(failed === 0 ? 0 : 1);
