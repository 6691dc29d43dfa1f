module keepsake

go 1.26
