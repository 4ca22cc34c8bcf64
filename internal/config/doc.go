// Package config holds the settings of the program and reads them from flags and `DAYPASS_*` variables.
//
// A command embeds what it needs: all of [Config] with the defaults of [Development] or [Production], or single
// sections such as [Database]. A [Reader] lends kong the parsers of the values, and afterwards tells every mistake at
// once: what cannot be read, what is missing, what does not fit together. Secrets and database passwords show in no
// error and in no print.
package config
