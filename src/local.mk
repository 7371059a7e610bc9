# main, options, headless, lab
