/** A backend that takes all, in a process of its own. */
import { createServer } from 'node:http';

const server = createServer((req, res) => {
  req.resume();
  req.once('end', () => {
    res.writeHead(200, { 'content-type': 'application/x-protobuf' });
    res.end();
  });
});
server.listen(0, '127.0.0.1', () =>
  process.send({ port: server.address().port }),
);
// A parent that has ended needs it no more.
process.once('disconnect', () => process.exit());
