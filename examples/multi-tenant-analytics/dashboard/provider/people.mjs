// Who can sign in at the provider for development: two shops, three roles in each.

export const people = [
  { id: 'olivia', name: 'Olivia Hart', tenant: 1, shop: 'Harbor & Co', roles: ['owner'] },
  { id: 'noah', name: 'Noah Kim', tenant: 1, shop: 'Harbor & Co', roles: ['analyst'] },
  { id: 'sofia', name: 'Sofia Rossi', tenant: 1, shop: 'Harbor & Co', roles: ['support'], countries: ['Italy', 'France', 'Spain'] },
  { id: 'emil', name: 'Emil Berg', tenant: 2, shop: 'Juniper Market', roles: ['owner'] },
  { id: 'mei', name: 'Mei Chen', tenant: 2, shop: 'Juniper Market', roles: ['analyst'] },
  { id: 'tom', name: 'Tom Walsh', tenant: 2, shop: 'Juniper Market', roles: ['support'], countries: ['United Kingdom'] },
];
