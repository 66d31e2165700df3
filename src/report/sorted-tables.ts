/**
 * A page's script: the head of each column sorts its table by `data-by`, numbers as numbers, what is empty last; once
 * more turns it round.
 */
export const SORTED_TABLES = `
for (const table of document.querySelectorAll('table.sorted'))
  table.querySelectorAll('thead th').forEach((head, column) =>
    head.querySelector('button').addEventListener('click', () => {
      const down = head.getAttribute('aria-sort') === 'ascending';
      for (const other of table.querySelectorAll('thead th')) other.setAttribute('aria-sort', 'none');
      head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
      const by = (row) => row.cells[column].dataset.by;
      const compare = (a, b) => (isNaN(a) || isNaN(b) ? a.localeCompare(b) : a - b);
      const rows = [...table.tBodies[0].rows].sort((a, b) => {
        const [x, y] = [by(a), by(b)];
        if (x === '' || y === '') return (x === '') - (y === '');
        return (down ? -1 : 1) * compare(x, y);
      });
      table.tBodies[0].append(...rows);
    }),
  );
document.documentElement.dataset.ready = '';
`;
