package handlers
const oidcReturn = "/login/oidc/return"
