import Database from 'better-sqlite3';

// Test equipment: a reader that runs one statement without end, as one would that has met a bad plan.
const db = new Database(':memory:');
process.on('message', (frame) => {
  if (frame.is !== 'ask') return;
  process.send({ is: 'ready', pid: process.pid });
  if (frame.name === 'quick') {
    process.send({ is: 'answer', id: frame.id, value: process.pid });
    return;
  }
  process.send({ is: 'answer', id: -1, value: 'busy' }, () => {
    db.prepare(
      'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n',
    ).get();
  });
});
