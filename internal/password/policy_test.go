package password_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/trustelem/zxcvbn/frequency"

	"daypass/internal/password"
)

func TestCheck(t *testing.T) {
	for _, tc := range []struct {
		name     string
		password string
		username string
		want     error
	}{
		{name: "fine", password: "correct horse battery"},
		{name: "eight characters", password: "kx7#qv2m"},
		{name: "no rules about kinds of characters", password: "mehlwurmtopf"},
		{name: "two common ones on two lines", password: "password\n12345678"},
		{name: "spaces count", password: "k x 7 q "},
		{name: "seven characters", password: "kx7#qv2", want: password.ErrTooShort},
		{name: "empty", password: "", want: password.ErrTooShort},
		{name: "code points are counted, not bytes", password: "日本語日本語日", want: password.ErrTooShort},
		{name: "eight code points outside the BMP", password: "🚋🚌🚎🚐🚑🚒🚓🚔"},
		{name: "counted after composing", password: strings.Repeat("e\u0301", 7), want: password.ErrTooShort},
		{name: "counted after decomposing", password: "ﬃx1ﬃx"}, // each ligature is three letters
		{name: "128 characters", password: strings.Repeat("k", 128)},
		{name: "129 characters", password: strings.Repeat("k", 129), want: password.ErrTooLong},
		{name: "128 characters of four bytes", password: strings.Repeat("🚋", 128)},
		{name: "128 characters that come as 512", password: strings.Repeat("\u03b1\u0313\u0301\u0345", 128)},
		{name: "129 characters after decomposing", password: strings.Repeat("ﬃ", 43), want: password.ErrTooLong},
		{name: "a megabyte", password: strings.Repeat("k", 1<<20), want: password.ErrTooLong},
		{name: "a megabyte of marks", password: "k" + strings.Repeat("\u0301", 1<<19), want: password.ErrTooLong},
		{name: "Latin-1", password: "p\xe4ssword\xff", want: password.ErrNotText},
		{name: "common", password: "password", want: password.ErrCommon},
		{name: "common in another case", password: "PassWord", want: password.ErrCommon},
		{name: "common in another form", password: "ｐａｓｓｗｏｒｄ", want: password.ErrCommon},
		{name: "common digits", password: "1234567890", want: password.ErrCommon},
		{name: "common with more behind", password: "password plus kx7#"},
		{name: "the username", password: "Mara.Jade", username: "Mara.Jade", want: password.ErrIsUsername},
		{name: "the username in another case", password: "mARA.jADE", username: "Mara.Jade", want: password.ErrIsUsername},
		{name: "the username in another form", password: "ｍａｒａ．ｊａｄｅ", username: "Mara.Jade", want: password.ErrIsUsername},
		{name: "more than the username", password: "mara.jade2", username: "mara.jade"},
		{name: "not UTF-8", password: "\xff\xfe\xfd\xfc\xfb\xfa\xf9\xf8", want: password.ErrNotText},
	} {
		t.Run(tc.name, func(t *testing.T) {
			require.ErrorIs(t, password.Check(tc.password, tc.username), tc.want)
		})
	}
}

func TestAHugePasswordCostsNothing(t *testing.T) {
	huge := strings.Repeat("e\u0301", 1<<20)
	require.Zero(t, testing.AllocsPerRun(10, func() {
		if err := password.Check(huge, ""); !errors.Is(err, password.ErrTooLong) {
			t.Error(err)
		}
	}))
}

// ASVS 5.0, 6.2.4 asks for the 3,000 commonest of those that the rest of the policy lets through.
func TestCheckKnowsEnoughCommonPasswords(t *testing.T) {
	refused := 0
	for _, common := range frequency.FrequencyLists["passwords"] {
		switch err := password.Check(strings.ToUpper(common), ""); {
		case len(common) >= 8:
			require.ErrorIs(t, err, password.ErrCommon, common)
			refused++
		default:
			require.ErrorIs(t, err, password.ErrTooShort, common)
		}
	}
	require.Greater(t, refused, 3000)
}

func TestMessagesReadWellAfterAFieldName(t *testing.T) {
	for err, want := range map[error]string{
		password.ErrTooShort:   "password must have at least 8 characters",
		password.ErrTooLong:    "password must have at most 128 characters",
		password.ErrCommon:     "password must not be a commonly used password",
		password.ErrIsUsername: "password must not be the username",
	} {
		require.Equal(t, want, "password "+err.Error())
	}
}

func BenchmarkCheck(b *testing.B) {
	for b.Loop() {
		if err := password.Check("a password that nobody uses", "mara"); err != nil {
			b.Fatal(err)
		}
	}
}

func TestSame(t *testing.T) {
	require.True(t, password.Same("correct horse battery", "correct horse battery"))
	require.True(t, password.Same("caf\u00e9 au lait", "cafe\u0301 au lait"), "however it was typed")
	require.False(t, password.Same("correct horse battery", "Correct horse battery"))
	require.False(t, password.Same(strings.Repeat("k", 129), strings.Repeat("k", 129)), "too long for any hash")
}
