const KEYS = [
  ['1 – 6', 'views'],
  ['/', 'filter'],
  ['p', 'pause'],
  ['[ ]', 'time range'],
  ['t', 'theme'],
  ['← →', 'read times in a chart'],
  ['Shift', 'ten times at once'],
  ['Esc', 'leave a chart or a field'],
] as const;

export function KeyList() {
  return (
    <aside class="keys" aria-label="Keys">
      <dl>
        {KEYS.map(([key, meaning]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </aside>
  );
}
