# the screens
