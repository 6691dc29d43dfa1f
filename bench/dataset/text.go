package dataset

import (
	"fmt"

	"keepsake/album"
)

// What people are called and what they write, short and long, in two scripts.
var (
	givenNames = []string{"Anna", "Ben", "Chen", "Dora", "Emil", "Fang", "Greta", "Hui", "Ida", "Jun", "Li Na", "Marco"}
	surnames   = []string{"Ackermann", "Bauer", "陈", "Dai", "Eriksen", "方", "Gao", "Huang", "Ito", "Jansen", "李"}

	titles = []string{"Summer by the sea", "Grandma's 80th", "春节", "Our garden", "Class of 2026", "Hiking in Huangshan", "The new flat"}

	captions = []string{
		"", "", "Sunset from the pier", "Everybody on one picture, at last", "外婆的菜园",
		"The cake did not live long after this", "Somewhere between Hangzhou and home", "",
	}

	remarks = []string{
		"Lovely!", "What a lovely day that was!", "太美了", "I had forgotten all about this one, thank you for keeping it.",
		"Who took this?", "Can I have the original, please? I would like to print it for grandma's birthday.",
		"哈哈哈", "Look at his face :-)", "We should go there again next year & stay longer", "好想再去一次",
	}
)

func pick(from []string, n int) string { return from[n%len(from)] }

func person(n int) *album.User {
	return &album.User{
		ID:          UserID(n),
		DisplayName: pick(givenNames, n) + " " + pick(surnames, n/2),
		AvatarURL:   fmt.Sprintf("https://thirdwx.qlogo.cn/mmopen/vi_32/Q0j4TwGTfTJ%020d/132", n),
		CreatedAt:   begin,
	}
}
