package graph

// Authorize is the @auth directive, for tests of roles that no field asks for yet.
var Authorize = authorize
